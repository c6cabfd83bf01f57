// The peer in Node.js: http and a pool of mysql2, which keeps statements prepared. BENCH_PROCESSES > 1: as a cluster.
'use strict';

const cluster = require('node:cluster');
const { createHash, timingSafeEqual } = require('node:crypto');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const querystring = require('node:querystring');
const mysql = require('mysql2/promise');
const ticketActions = require('./tickets.js');

const TEXTS = ['contact', 'email', 'address', 'city', 'state', 'zip', 'country', 'phone', 'notes'];
// The first is the default.
const CHOICES = {
    support: ['Y', 'N'], chat: ['Y', 'N'], encrypt: ['N', 'Y'],
    viewable_tickets: ['PERSONAL', 'COMPANY'], viewable_invoices: ['PERSONAL', 'COMPANY'],
    viewable_assets: ['PERSONAL', 'COMPANY'],
};
const statement = (name) => readFileSync(path.join(process.env.BENCH_SQL, `${name}.sql`), 'utf8');
const SESSION = statement('session');
const GET = statement('get');
const ADD = statement('add');
const UPDATE = statement('update');
const MORE = Symbol('more records follow');
const KEY = Buffer.from(process.env.BENCH_KEY_SHA256, 'hex');

class Refusal extends Error {
    constructor(status, code, variable, text) {
        super(`${variable}: ${text}`);
        Object.assign(this, { status, code, variable });
    }
}

function cidOf(request) {
    const cid = (request.cid ?? '').trim();
    if (cid === '' || cid.length > 255) throw new Refusal(400, 'required', 'cid', 'is required, with at most 255 characters');
    return cid;
}

function texts(request) {
    const supplied = {};
    for (const name of TEXTS) {
        if (request[name] === undefined) continue;
        if (name !== 'notes' && request[name].length > 255) throw new Refusal(400, 'too_long', name, 'has more than 255 characters');
        supplied[name] = request[name];
    }
    return supplied;
}

// 2026-11-25 13:05:09.000000 → 11/25/2026 1:05:09 PM
function timeText(time) {
    const hour = Number(time.slice(11, 13));
    const day = `${Number(time.slice(5, 7))}/${Number(time.slice(8, 10))}/${time.slice(0, 4)}`;
    return `${day} ${hour % 12 || 12}${time.slice(13, 19)} ${hour < 12 ? 'AM' : 'PM'}`;
}

const decimal = (number) => number.includes('.') ? number.replace(/\.?0+$/, '') : number;

function present(row) {
    const customer = {};
    for (const name in row) customer[name] = row[name] === null ? '' : String(row[name]);
    customer.latitude = decimal(customer.latitude);
    customer.longitude = decimal(customer.longitude);
    if (customer.sc_start_dates !== '') customer.sc_start_dates = customer.sc_start_dates.split(',').map(timeText).join(',');
    customer.date_added = timeText(customer.date_added);
    customer.last_updated = timeText(customer.last_updated);
    return customer;
}

function actions(pool) {
    return {
        async get_customers(request) {
            const [rows] = await pool.execute(GET, [cidOf(request)]);
            return { customers: rows.map(present) };
        },
        async add_customer(request) {
            const cid = cidOf(request);
            const supplied = texts(request);
            const values = [cid, ...TEXTS.map((name) => supplied[name] ?? '')];
            for (const name in CHOICES) {
                const choice = (request[name] ?? '').toUpperCase();
                values.push(CHOICES[name].includes(choice) ? choice : CHOICES[name][0]);
            }
            const portal = request.portal ?? '';
            values.push(/^\d+$/.test(portal) ? portal : null, portal);
            try {
                await pool.execute(ADD, values);
            } catch (error) {
                if (error.code === 'ER_DUP_ENTRY') throw new Refusal(409, 'already_exists', 'cid', 'this customer exists already');
                throw error;
            }
            return { response: [{ added_customer: cid }] };
        },
        async update_customer(request) {
            const cid = cidOf(request);
            const supplied = texts(request);
            const assignments = Object.keys(supplied).map((name) => `${name} = ?`).join(', ');
            const [result] = await pool.execute(UPDATE.replace('{assignments}', assignments), [...Object.values(supplied), cid]);
            if (result.affectedRows === 0) throw new Refusal(404, 'not_found', 'cid', 'there is no such customer');
            return { response: [{ updated_customer: cid }] };
        },
        ...ticketActions({ pool, statement, timeText, Refusal, MORE }),
    };
}

async function bodyOf(message) {
    let body = '';
    for await (const piece of message.setEncoding('utf8')) body += piece;
    return body;
}

async function call(table, message) {
    const query = message.url.slice(message.url.indexOf('?') + 1);
    const request = querystring.parse(message.method === 'POST' ? `${query}&${await bodyOf(message)}` : query);
    if (!timingSafeEqual(createHash('sha256').update(request.key ?? '').digest(), KEY)) throw new Refusal(401, 'wrong_key', 'key', 'is wrong');
    const name = (request.action ?? '').toLowerCase();
    if (!Object.hasOwn(table, name)) throw new Refusal(400, 'unknown_action', 'action', 'is not known');
    return table[name](request);
}

function serve() {
    const pool = mysql.createPool({
        socketPath: process.env.BENCH_SOCKET, user: 'helpdesk', password: process.env.BENCH_PASSWORD, database: 'helpdesk',
        charset: 'utf8mb4', dateStrings: true, namedPlaceholders: true, connectionLimit: Number(process.env.BENCH_CONNECTIONS),
    });
    pool.pool.on('connection', (connection) => connection.query(SESSION));
    const table = actions(pool);
    http.createServer(async (request, response) => {
        let status = 200;
        let body;
        try {
            body = await call(table, request);
        } catch (error) {
            if (!(error instanceof Refusal)) console.error(error);
            status = error.status ?? 500;
            body = { response: [{ error: error.message, code: error.code, variable: error.variable }] };
        }
        const text = JSON.stringify(body);
        if (body[MORE]) response.setHeader('X-Helpdesk-More', 'Y');
        response.writeHead(status, {
            'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store',
        });
        response.end(text);
    }).listen(Number(process.env.BENCH_PORT), '127.0.0.1');
}

const processes = Number(process.env.BENCH_PROCESSES);
if (processes > 1 && cluster.isPrimary)
    for (let i = 0; i < processes; ++i) cluster.fork();
else
    serve();
