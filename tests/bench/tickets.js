// The actions of tickets. A write is one transaction, which is tried again after a deadlock.
'use strict';

const MOST_GATHERED = 20000;
const MOST_TRIES = 5;
const TIMES = ['open_date', 'close_date', 'due_date', 'date', 'date_added', 'last_updated'];
const SELECTORS = ['tid', 'cid', 'closed', 'visible_to'];

function wordsOf(text) {
    const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    return [...new Set(words.map((word) => word.slice(0, 64)))].sort();
}

const joined = (words) => words.map((word) => ` ${word}`).join('');

module.exports = ({ pool, statement, timeText, Refusal, MORE }) => {
    const SQL = {};
    for (const name of ['tickets', ...SELECTORS.map((selector) => `tickets-${selector}`), 'tickets-cid-join', 'tickets-closed-join', 'tickets-word',
        'tickets-with-word', 'count-word', 'history', 'new-ticket', 'add-ticket', 'changed-ticket', 'update-ticket', 'new-entry', 'add-entry', 'ticket-words', 'add-words',
        'store-words']) SQL[name] = statement(name);

    function present(row) {
        const record = {};
        for (const name in row) record[name] = row[name] === null ? '' : String(row[name]);
        for (const time of TIMES) if (record[time]) record[time] = timeText(record[time]);
        return record;
    }

    async function transaction(work) {
        for (let tries = 1; ; ++tries) {
            const connection = await pool.getConnection();
            try {
                await connection.beginTransaction();
                const result = await work(async (name, values) => (await connection.execute(SQL[name], values))[0], connection);
                await connection.commit();
                return result;
            } catch (error) {
                await connection.rollback();
                if (error.code !== 'ER_LOCK_DEADLOCK' || tries === MOST_TRIES) throw error;
            } finally {
                connection.release();
            }
        }
    }

    // Adds to a ticket's words those of another text.
    async function indexWords(run, connection, tid, text) {
        const [row] = await run('ticket-words', [tid]);
        const known = new Set(row ? row.words.toString().split(' ') : []);
        const words = wordsOf(text).filter((word) => !known.has(word));
        if (words.length === 0) return;
        const rows = words.map(() => '(?, ?)').join(', ');
        await connection.execute(SQL['add-words'].replace('{rows}', rows), words.flatMap((word) => [word, tid]));
        await run('store-words', [tid, joined(words)]);
    }

    return {
        async get_tickets(request) {
            let found = 'tickets AS ticket';
            const conditions = [];
            const values = [];
            const words = wordsOf(request.keyword ?? '');
            if (words.length > 0) {
                const [[counted]] = await pool.execute({ sql: `SELECT ${words.map(() => SQL['count-word']).join(', ')}`, rowsAsArray: true }, words);
                const leading = counted.indexOf(Math.min(...counted));
                if (counted[leading] <= MOST_GATHERED) {
                    found = SQL['tickets-with-word'];
                    values.push(...words.splice(leading, 1));
                }
                conditions.push(...words.map(() => SQL['tickets-word']));
                values.push(...words);
            }
            for (const selector of SELECTORS) {
                if (request[selector] === undefined) continue;
                found += ` ${SQL[`tickets-${selector}-join`] ?? ''}`;
                conditions.push(SQL[`tickets-${selector}`]);
                values.push(request[selector]);
            }
            const count = Number(request.count ?? 1000);
            const sql = SQL.tickets.replace('{found}', found).replace('{limit}', count + 1)
                .replace('{conditions}', conditions.map((condition) => ` AND ${condition}`).join(''));
            const [rows] = await pool.execute(sql, values);
            return { tickets: rows.slice(0, count).map(present), [MORE]: rows.length > count };
        },
        async get_history(request) {
            const [rows] = await pool.execute(SQL.history.replace('{limit}', 1000), [request.tid]);
            return { history: rows.map(present) };
        },
        async add_ticket(request) {
            const { cid, subject, description } = request;
            const tid = await transaction(async (run, connection) => {
                const [ticket] = await run('new-ticket', { cid });
                if (ticket.customer_id === null) throw new Refusal(400, 'unknown_customer', 'cid', 'no customer has it');
                if (ticket.support === 'N') throw new Refusal(409, 'support_disabled', 'cid', 'names a customer who has no support');
                const { insertId } = await run('add-ticket', { ...ticket, subject, description });
                await run('add-entry', {
                    ticket_id: insertId, date: ticket.open_date, type: 'R', technician_id: null, customer_id: ticket.customer_id,
                    author: ticket.contact || cid, notes: description, customer_viewable: 'Y', status_id: ticket.status_id, changes: '',
                    words: joined(wordsOf(description)),
                });
                await indexWords(run, connection, insertId, `${subject}\n${description}`);
                return insertId;
            });
            return { response: [{ added_ticket: String(tid) }] };
        },
        async update_ticket(request) {
            const { tid, status, assigned_to, uid } = request;
            await transaction(async (run) => {
                const [ticket] = await run('changed-ticket', { tid, status, assigned_to, uid });
                if (ticket.ticket_id === null) throw new Refusal(404, 'not_found', 'tid', 'there is no such ticket');
                if (ticket.status_id === null) throw new Refusal(400, 'unknown_status', 'status', 'no status has this name');
                if (ticket.technician_id === null) throw new Refusal(400, 'unknown_tech', 'assigned_to', 'no technician has this uid');
                if (ticket.doer_id === null) throw new Refusal(400, 'unknown_tech', 'uid', 'no technician has this uid');
                if (ticket.active === 'N') throw new Refusal(409, 'inactive_technician', 'assigned_to', 'is not active');
                const fresh = {
                    close_date: ticket.closed === 'Y' ? ticket.close_date ?? ticket.now : null, assigned_to: ticket.new_assigned_to,
                    status: ticket.new_status,
                };
                const changes = {};
                for (const name in fresh) if (fresh[name] !== ticket[name]) changes[name] = [ticket[name] ?? '', fresh[name] ?? ''];
                if (Object.keys(changes).length === 0) return;
                await run('update-ticket', { ...ticket, ...fresh });
                await run('add-entry', {
                    ticket_id: ticket.ticket_id, date: ticket.now, type: 'S', technician_id: ticket.doer_id, customer_id: null,
                    author: ticket.doer_name, notes: '', customer_viewable: 'N', status_id: ticket.status_id, changes: JSON.stringify(changes),
                    words: '',
                });
            });
            return { response: [{ updated_ticket: tid }] };
        },
        async add_history(request) {
            const { tid, uid, type, notes = '' } = request;
            if (notes === '') throw new Refusal(400, 'required', 'notes', 'is required');
            const id = await transaction(async (run, connection) => {
                const [entry] = await run('new-entry', { tid, uid });
                if (entry.ticket_id === null) throw new Refusal(400, 'unknown_ticket', 'tid', 'no ticket has this ID');
                if (entry.technician_id === null) throw new Refusal(400, 'unknown_tech', 'uid', 'no technician has this uid');
                const { insertId } = await run('add-entry', {
                    ...entry, type, customer_id: null, notes, customer_viewable: type === 'R' || type === 'E' ? 'Y' : 'N', changes: '',
                    words: joined(wordsOf(notes)),
                });
                await indexWords(run, connection, entry.ticket_id, notes);
                return insertId;
            });
            return { response: [{ added_history: String(id) }] };
        },
    };
};
