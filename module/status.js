"use strict";
const every = 2000;  // milliseconds from one answer to the next request
const call_time = "helpdesk_database_call_seconds", most_databases = 30;
const span = 300, minute = 60, moment = 10;  // in seconds: the charts, the estimates, the rates
const longest = 10;  // in seconds: the last bound of histograms of times

// The outcomes that the API answers with a status of 5xx.
const failures = new Set([
    "internal_error", "overloaded", "database_unavailable", "database_unsuitable", "database_full", "outcome_unknown", "database_timeout",
    "geocoder_unavailable",
]);

const requests = "helpdesk_requests_total";
const answer_time = "helpdesk_request_seconds";
const group_size = "helpdesk_group_size";

const $ = (id) => document.getElementById(id);
const select = (metric, ...labels) =>
    metric + (labels.length ? `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}` : "");

// Makes a snapshot: the sums and histograms of each metric, of each value of each label, and of all labels
// together, under the names that select() gives them.
class Snapshot {
    at = performance.now() / 1000;
    numbers = new Map();
    histograms = new Map();
    names = new Map();
    series = [];

    constructor(answer) {
        for (const [metric, list] of Object.entries(answer))
            for (const item of Array.isArray(list) ? list : []) this.add(metric, item);
    }
    add(metric, item) {
        const labels = Object.entries(item).filter(([, value]) => typeof value === "string");
        const selectors = new Set([metric, ...labels.map((label) => select(metric, label)), select(metric, ...labels)]);
        for (const label of labels) this.remember(`${metric}.${label[0]}`, label[1]);
        const name = item.buckets ? `${metric}_count` : metric;
        this.series.push([metric, labels, select(name, ...labels), item.count ?? item.value]);
        if (metric === requests && item.outcome !== "ok") {
            const kind = failures.has(item.outcome) ? "failed" : "refused";
            for (const more of [kind, ...labels.map((label) => select(kind, label))]) selectors.add(more);
        }
        for (const selector of selectors)
            if (item.buckets) this.histograms.set(selector, sum(this.histograms.get(selector), item));
            else this.numbers.set(selector, (this.numbers.get(selector) ?? 0) + item.value);
    }
    remember(list, value) {
        if (!this.names.has(list)) this.names.set(list, new Set());
        this.names.get(list).add(value);
    }
    list(metric, label) { return [...(this.names.get(`${metric}.${label}`) ?? [])]; }
    number(selector) { return this.numbers.get(selector); }
}

function combine(a, b, sign) {
    return {
        buckets: b.buckets.map(({le, count}, i) => ({le, count: sign * count + (a?.buckets[i]?.count ?? 0)})),
        count: sign * b.count + (a?.count ?? 0),
        sum: sign * b.sum + (a?.sum ?? 0),
    };
}
const sum = (a, b) => combine(a, b, 1);

// Returns what was counted between two snapshots, or null if nothing is known.
function between(from, to, selector) {
    const now = to.histograms.get(selector), before = from.histograms.get(selector);
    const result = now && before ? combine(now, before, -1) : now;
    return result?.count > 0 ? result : null;
}
const added = (from, to, selector) => (to.number(selector) ?? 0) - (from.number(selector) ?? 0);
const rate = (from, to, selector) => (from === to ? null : added(from, to, selector) / (to.at - from.at));
const mean = (histogram) => (histogram?.count > 0 ? histogram.sum / histogram.count : null);

// Estimates as Prometheus does, as if the values were spread evenly over their bucket. Infinity beyond the
// last bound.
function quantile(histogram, q) {
    if (!histogram) return null;
    const rank = q * histogram.count;
    let low = 0, below = 0;
    for (const {le, count} of histogram.buckets) {
        if (count >= rank && count > below) return low + (le - low) * (rank - below) / (count - below);
        [low, below] = [le, count];
    }
    return Infinity;
}

const none = "–";
const whole = (n) => (n === null || n === undefined ? none : n.toLocaleString("en-US"));
const short = (n) => (n >= 9.95 ? whole(Math.round(n)) : n > 0 && n < 0.05 ? "< 0.1" : n.toFixed(1));
const some = (n) => (n === null ? none : n === 0 ? "0" : short(n));
function time(seconds) {
    if (seconds === null) return none;
    if (seconds === Infinity) return `> ${longest} s`;
    if (seconds >= 0.9995) return `${short(seconds)} s`;
    return seconds >= 0.0009995 ? `${short(seconds * 1e3)} ms` : `${short(seconds * 1e6)} µs`;
}
function duration(seconds) {
    return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

let snapshots = [];
const latest = () => snapshots[snapshots.length - 1];
// Returns the newest snapshot that is at least this old, or otherwise the oldest.
function ago(seconds) {
    return snapshots.findLast((snapshot) => latest().at - snapshot.at >= seconds - 0.5) ?? snapshots[0];
}
// Returns how long a time the charts show: what this page has seen, up to 5 minutes.
const width = () => Math.min(span, Math.max(minute, latest().at - snapshots[0].at));
// Returns a value for each time between two refreshes.
const trace = (of) => snapshots.slice(1).map((to, i) => [to.at, of(snapshots[i], to)]);
const finite = (value) => (value === Infinity ? longest : value);

function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
}
function attribute(element, name, value) {
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

const svg = () => document.createElementNS("http://www.w3.org/2000/svg", "svg");

// Draws lines ({ink, points: [[time, value or null], …]}) up to now, from 0 to the highest value, which it
// returns, or from the lowest on a logarithmic scale. The area under a single line is filled.
function draw(chart, lines, logarithmic) {
    const values = lines.flatMap(({points}) => points.map(([, value]) => value)).filter((value) => value > 0);
    const peak = Math.max(0, ...values), lowest = Math.min(peak / 10, ...values);
    const linear = (value) => (peak ? value / peak : 0);
    const height = logarithmic ? (value) => linear(Math.log(Math.max(value, lowest) / lowest)) : linear;
    const scale = logarithmic && peak ? peak / Math.log(peak / lowest) : 1;
    const paths = [], dash = (every / 1000 / width()) * 100;
    for (const {ink, points} of lines) {
        let line = "", area = "", open = false, last = 0;
        for (const [at, value] of points) {
            if (value === null) {
                open = false;
                continue;
            }
            const right = 100 - ((latest().at - at) / width()) * 100, x = right.toFixed(2);
            const y = (29 - height(value) * scale * 28).toFixed(2);
            // A value without neighbours is drawn as a dash, as wide as the time that it stands for.
            line += open ? `L${x} ${y}` : `M${(right - dash).toFixed(2)} ${y}H${x}`;
            area += `${area ? "L" : `M${x} 30L`}${x} ${y}`;
            [open, last] = [true, x];
        }
        const is_whole = area && points.every(([, value]) => value !== null);
        if (is_whole && lines.length === 1 && !logarithmic) paths.push([`${ink} area`, `${area}L${last} 30Z`]);
        paths.push([ink, line]);
    }
    attribute(chart, "viewBox", "0 0 100 30");
    attribute(chart, "preserveAspectRatio", "none");
    while (chart.children.length > paths.length) chart.lastChild.remove();
    paths.forEach(([ink, d], i) => {
        const path = chart.children[i] ?? chart.appendChild(document.createElementNS(chart.namespaceURI, "path"));
        attribute(path, "class", ink);
        attribute(path, "d", d);
    });
    return peak;
}

const pointed = new Map();  // by a tile's name: where on its chart the pointer is, from 0 to 1

// Returns the values at the time nearest to the pointer.
function read_out(lines, where, unit) {
    const at = latest().at - (1 - where) * width();
    const distance = (i) => Math.abs(lines[0].points[i][0] - at);
    const nearest = [...lines[0].points.keys()].reduce((a, b) => (distance(b) < distance(a) ? b : a));
    const values = lines.map(({points}) => points[nearest][1]);
    return `${duration(latest().at - lines[0].points[nearest][0])} ago: ${values.map(unit).join(" · ")}`;
}

function tile(name, lines, unit, logarithmic) {
    const chart = $(`${name}-chart`), peak = draw(chart, lines, logarithmic), shown = duration(width());
    const known = lines.some(({points}) => points.some(([, value]) => value !== null));
    show($(`${name}-from`), known && pointed.has(name) ? read_out(lines, pointed.get(name), unit) : shown);
    show($(`${name}-peak`), known ? `peak ${unit(peak)}` : "");
    attribute(chart, "aria-label", known ? `The last ${shown}: at most ${unit(peak)}` : "Nothing to draw yet");
}

// Draws rows of cells. A cell is a text, or an object with: text, metric (the selector of the number that it
// shows), kind (classes), lines (a chart, perhaps logarithmic), share (0 to 1).
function fill(id, rows) {
    const body = $(id).tBodies[0], columns = [...$(id).tHead.rows[0].cells].map((cell) => cell.textContent);
    if (!rows.length) rows = [[{text: "Nothing yet."}]];
    const alone = rows[0].length === 1;
    if (alone !== (body.rows[0]?.cells.length === 1)) body.replaceChildren();
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach((cells, i) => {
        const row = body.rows[i] ?? body.insertRow();
        attribute(row, "role", "row");
        cells.forEach((cell, j) => {
            const heads = j === 0 && !alone;
            const td = row.cells[j] ?? row.appendChild(document.createElement(heads ? "th" : "td"));
            if (heads) td.scope = "row";
            attribute(td, "role", heads ? "rowheader" : "cell");
            if (alone) td.colSpan = columns.length;
            else attribute(td, "data-column", columns[j]);
            fill_cell(td, typeof cell === "string" ? {text: cell} : cell);
        });
    });
}

function fill_cell(td, {text, metric, kind = "", lines, logarithmic, share}) {
    const role = lines ? "chart" : share !== undefined ? "share" : text === none ? "none" : "";
    attribute(td, "class", `${kind} ${role}`.trim());
    attribute(td, "data-metric", text === none ? undefined : metric);
    if (lines) {
        const chart = td.firstElementChild ?? td.appendChild(svg());
        attribute(chart, "aria-hidden", "true");
        draw(chart, lines, logarithmic);
    } else if (share !== undefined) {
        const bar = td.firstElementChild ?? td.appendChild(document.createElement("span"));
        attribute(bar, "class", "share");
        attribute(bar, "title", `${(share * 100).toFixed(1)} %`);
        (bar.firstElementChild ?? bar.appendChild(document.createElement("i"))).style.width = `${share * 100}%`;
    } else show(td, text);
}

const counted = (selector, otherwise) => ({text: whole(latest().number(selector) ?? otherwise), metric: selector});
function counted_histogram(selector) {
    const [metric, labels = ""] = selector.split(/(?={)/);
    return {text: whole(latest().histograms.get(selector)?.count), metric: `${metric}_count${labels}`};
}
function errors(kind, label) {
    const number = latest().number(select(kind, label)) ?? 0;
    return {text: whole(number), kind: number === 0 ? "none" : kind === "failed" ? "bad" : ""};
}
const quantile_between = (from, to, selector, q) => quantile(between(from, to, selector), q);
const quantiles = (selector) =>
    [0.5, 0.95, 0.99].map((q) => time(quantile_between(ago(minute), latest(), selector, q)));
const now_per_second = (selector) => rate(ago(moment), latest(), selector);
const trace_of_rate = (ink, selector) => ({ink, points: trace((from, to) => rate(from, to, selector))});
const trace_of_quantile = (ink, selector, q) =>
    ({ink, points: trace((from, to) => finite(quantile_between(from, to, selector, q)))});
const rates = (selector) => [some(now_per_second(selector)), {lines: [trace_of_rate("blue", selector)]}];

function show_tiles() {
    show($("requests-now"), some(now_per_second(requests)));
    show($("requests-total"), whole(latest().number(requests) ?? 0));
    tile("requests", [trace_of_rate("blue", requests)], (value) => `${some(value)}/s`);

    const estimates = quantiles(answer_time);
    ["latency-p50", "latency-now", "latency-p99"].forEach((name, i) => show($(name), estimates[i]));
    tile("latency", [["light", 0.5], ["blue", 0.95], ["violet", 0.99]].map(([ink, q]) =>
        trace_of_quantile(ink, answer_time, q)), time, true);

    const now = ["failed", "refused"].map(now_per_second);
    show($("errors-now"), some(now[0] === null ? null : now[0] + now[1]));
    for (const kind of ["failed", "refused"]) show($(`errors-${kind}`), whole(latest().number(kind) ?? 0));
    tile("errors", [trace_of_rate("amber", "refused"), trace_of_rate("red", "failed")], (value) => `${some(value)}/s`);

    const depth = (pool) => select("helpdesk_queue_depth", ["pool", pool]);
    show($("queue-now"), whole(latest().number("helpdesk_queue_depth")));
    for (const pool of ["database", "hash"]) show($(`queue-${pool}`), whole(latest().number(depth(pool))));
    tile("queue", [["blue", "database"], ["violet", "hash"]].map(([ink, pool]) =>
        ({ink, points: snapshots.map((snapshot) => [snapshot.at, snapshot.number(depth(pool)) ?? null])})), whole);
}

const servers = () => [...new Set(["up", "durable", "connections", "connections_total", "failures_total"].flatMap(
    (metric) => latest().list(`helpdesk_database_${metric}`, "server")))];
const of_server = (metric, server) => latest().number(select(`helpdesk_database_${metric}`, ["server", server]));

function server_cells(server) {
    const state = (metric, yes, no, otherwise) => {
        const value = of_server(metric, server);
        if (value === undefined) return {text: none, kind: "text"};
        return {text: value ? yes : no, kind: `text ${value ? "good" : otherwise}`};
    };
    const count = (metric, otherwise) => counted(select(`helpdesk_database_${metric}`, ["server", server]), otherwise);
    return [
        server, state("up", "up", "down", "bad"), state("durable", "yes", "no", "warn"),
        count("connections_busy"), count("connections"),
        ...["connections_total", "failures_total", "failovers_total"].map((metric) => count(metric, 0)),
    ];
}

// Returns the databases with the most calls.
const busiest = () => latest().list(call_time, "database").map((name) => ["database", name])
    .sort((a, b) => latest().histograms.get(select(call_time, b)).count - latest().histograms.get(select(call_time, a)).count)
    .slice(0, most_databases);

function database_cells(label) {
    const count = (metric) => counted(select(`helpdesk_database_${metric}`, label), 0);
    return [
        label[1], ...quantiles(select(call_time, label)),
        time(quantile_between(ago(minute), latest(), select("helpdesk_database_queue_seconds", label), 0.95)),
        count("connections_busy"), count("connections"), count("connections_total"), counted_histogram(select(call_time, label)),
    ];
}

const parts = [
    ["Whole request", answer_time],
    ["Database", "helpdesk_database_seconds"],
    ["Database queue", select("helpdesk_queue_seconds", ["pool", "database"])],
    ["Password hash", "helpdesk_hash_seconds"],
    ["Hash queue", select("helpdesk_queue_seconds", ["pool", "hash"])],
];

// Returns the values of a label of the requests, most frequent first, each with the label and value that
// select it.
const by_number = (label) => latest().list(requests, label)
    .map((value) => [value || {text: `no ${label}`, kind: "none"}, [label, value]])
    .map(([name, pair]) => ({name, label: pair, selector: select(requests, pair)}))
    .sort((a, b) => latest().number(b.selector) - latest().number(a.selector));

function show_tables() {
    fill("actions", by_number("action").map(({name, label, selector}) => [
        name, ...rates(selector), ...quantiles(select(answer_time, label)), errors("refused", label),
        errors("failed", label), counted(selector)]));
    fill("keys", by_number("key").map(({name, label, selector}) => [
        name, ...rates(selector), errors("refused", label), errors("failed", label), counted(selector)]));
    fill("outcomes", by_number("outcome").map(({name, selector}) => [
        name,
        {
            share: latest().number(selector) / latest().number(requests),
            kind: name === "ok" ? "blue" : failures.has(name) ? "red" : "amber",
        },
        some(now_per_second(selector)), counted(selector)]));
    fill("times", parts.map(([name, selector]) => [
        name, ...quantiles(selector), {lines: [trace_of_quantile("blue", selector, 0.95)], logarithmic: true},
        time(mean(latest().histograms.get(selector))), counted_histogram(selector)]));
    fill("groups", latest().list(group_size, "kind").map((kind) => {
        const selector = select(group_size, ["kind", kind]);
        const course = trace((from, to) => mean(between(from, to, selector)));
        return [kind, some(mean(between(ago(minute), latest(), selector))), {lines: [{ink: "blue", points: course}]},
                some(mean(latest().histograms.get(selector))), counted_histogram(selector)];
    }));
    fill("servers", servers().map(server_cells));
    fill("databases", busiest().map(database_cells));
    if ($("all").open)
        fill("numbers", latest().series.map(([metric, labels, selector, number]) => [
            metric, {text: labels.map(([name, value]) => `${name}=${value}`).join(", "), kind: "text long"},
            {text: whole(number), metric: selector}]));
}

// Returns a headline, [class, text], for the worst problem, and the facts, each [name, text, class].
function judge() {
    const worst = {}, facts = [];
    const say = (kind, text) => (worst[kind] ??= text);

    const known = servers().filter((server) => of_server("up", server) !== undefined);
    const down = known.filter((server) => !of_server("up", server)), up = known.length - down.length;
    if (!known.length) say("", "No call has used the database yet");
    else if (!up) say("bad", "No database server can be used");
    else if (down.length) say("warn", `A database server cannot be used: ${down.join(", ")}`);
    const which = known.length > 1 ? `${up} of ${known.length} up` : up ? "up" : "down";
    const how = !up ? "bad" : down.length ? "warn" : "good";
    facts.push(["Database", ...(known.length ? [which, how] : ["not used yet"])]);

    const durable = servers().map((server) => of_server("durable", server)).filter((value) => value !== undefined);
    const is_durable = durable.every(Boolean);
    if (!is_durable) say("warn", "A database server's settings can lose acknowledged changes");
    facts.push(["Durable", ...(!durable.length ? ["not known yet"] : is_durable ? ["yes", "good"] : ["no", "warn"])]);

    const slow = quantile_between(ago(moment), latest(), "helpdesk_queue_seconds", 0.95) > 1 && snapshots.length > 1;
    if (slow) say("warn", "Requests wait longer than a second for a thread");
    facts.push(["Queue", whole(latest().number("helpdesk_queue_depth")), slow ? "warn" : undefined]);

    const failed = added(snapshots[0], latest(), "failed");
    if (failed) say("warn", "Requests failed in the last minutes");
    const seen = duration(latest().at - snapshots[0].at);
    facts.push(snapshots.length > 1 ? [`Failed in ${seen}`, whole(failed), failed ? "bad" : "good"] : ["Failed", none]);

    const kind = ["bad", "warn", ""].find((each) => each in worst);
    return [kind === undefined ? ["good", "All is well"] : [kind, worst[kind]], facts];
}

const colours = {good: "#16a34a", warn: "#d97706", bad: "#dc2626", "": "#6b7280"};
let level;
function headline(kind, text) {
    show($("headline"), text);
    if (level === kind) return;
    level = kind;
    $("state").className = `state ${kind}`;
    document.title = `${kind === "warn" || kind === "bad" ? "! " : ""}Help desk status`;
    const icon = svg(), dot = icon.appendChild(document.createElementNS(icon.namespaceURI, "circle"));
    icon.setAttribute("viewBox", "0 0 16 16");
    for (const name of ["cx", "cy", "r"]) dot.setAttribute(name, 8);
    dot.setAttribute("fill", colours[kind]);
    $("icon").href = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(icon))}`;
}

function show_all() {
    const [[kind, text], facts] = judge();
    headline(kind, text);
    facts.forEach(([name, value, state], i) => {
        const fact = $("facts").children[i] ?? $("facts").appendChild(document.createElement("div"));
        if (!fact.children.length) fact.append(document.createElement("dt"), document.createElement("dd"));
        show(fact.children[0], name);
        show(fact.children[1], value);
        attribute(fact.children[1], "class", state);
    });
    show_tiles();
    show_tables();
}

async function ask() {
    const told = (error, otherwise) => new Error(error.name === "TimeoutError" ? "it does not answer" : otherwise);
    const response = await fetch("?json", {cache: "no-store", signal: AbortSignal.timeout(5000)})
        .catch((error) => { throw told(error, "no connection"); });
    if (!response.ok) throw new Error(`it answers with ${response.status}`);
    try {
        return new Snapshot(await response.json());
    } catch (error) {
        throw told(error, "it does not answer with numbers");
    }
}

let lost;  // since when the server has not answered
async function refresh(is_wanted) {
    const [snapshot, error] = await ask().then((answer) => [answer], (failure) => [undefined, failure]);
    if (!is_wanted()) return;
    const clock = new Date().toLocaleTimeString("en-GB");
    lost = error ? lost ?? clock : undefined;
    document.body.classList.toggle("stale", lost !== undefined);
    if (error) {
        headline("bad", `No answer from the server since ${lost}: ${error.message}`);
        return;
    }
    // If a counter went back, the server was restarted, and the charts begin anew as well.
    const is_less = ([name, value]) => name.includes("_total") && value > (snapshot.number(name) ?? 0);
    if (snapshots.length && [...latest().numbers].some(is_less)) snapshots = [];
    snapshots = [...snapshots.filter(({at}) => snapshot.at - at <= span), snapshot];
    show($("updated"), clock);
    show_all();
}

let paused = false, timer, turn = 0;
async function run() {
    const mine = ++turn, is_mine = () => mine === turn;
    clearTimeout(timer);
    if (paused || document.hidden) {
        show($("updated"), "paused");
        return;
    }
    await refresh(is_mine);
    if (is_mine()) timer = setTimeout(run, every);
}

for (const name of ["requests", "latency", "errors", "queue"]) {
    const chart = $(`${name}-chart`), again = () => snapshots.length && show_tiles();
    chart.addEventListener("pointermove", (event) => {
        const box = chart.getBoundingClientRect();
        pointed.set(name, (event.clientX - box.left) / box.width);
        again();
    });
    chart.addEventListener("pointerleave", () => pointed.delete(name) && again());
}
$("host").textContent = location.host;
$("pause").addEventListener("click", () => {
    paused = !paused;
    show($("pause"), paused ? "Resume" : "Pause");
    run();
});
$("all").addEventListener("toggle", () => snapshots.length && show_tables());
document.addEventListener("visibilitychange", run);
run();
