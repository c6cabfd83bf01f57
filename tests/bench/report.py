"""The results as a table in Markdown, with the targets, and as a bar chart."""

import html

from operations import OPERATIONS, TICKET_OPERATIONS

# Operation, connections, peer, and how many times its rate ours shall reach.
RATE_TARGETS = (
    ("get", 32, "php", 6), ("get", 256, "php", 6), ("get", 32, "php-emulated", 6), ("get", 256, "php-emulated", 6),
    ("get", 32, "node", 2.5), ("get", 256, "node", 2.5),
    ("add", 256, "php", 8), ("add", 256, "php-emulated", 8), ("add", 256, "node", 4), ("add", 256, "bare", 2.5),
    ("update", 256, "bare", 1.5), ("pass", 32, "bare", 0.9),
    *((operation, *target) for operation in OPERATIONS if operation in TICKET_OPERATIONS
      for target in ((32, "php", 3), (32, "php-emulated", 3), (32, "node", 3), (32, "node2", 3), (1, "node", 1))),
)
LATENCY_MARGIN = 100  # microseconds that ours may add to the bare operation, alone
CPU_FACTOR = 2.5  # times the bare operation and `return 200` together
BESIDE_FACTOR = 5  # p99 of reads while passwords are hashed flat out, by that without

COLOURS = {"ours": "#1a7f37", "before": "#8fc79f", "php": "#8892bf", "php-emulated": "#b0b7d6", "node": "#e0a030", "node2": "#c07818",
           "return": "#c8c8c8", "bare": "#a0a0a0"}


def find(cells, operation, connections, peer):
    for cell in cells:
        if (cell["operation"], cell["connections"], cell["peer"]) == (operation, connections, peer):
            return cell
    return None


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def targets(cells):
    """Each target that was measured: what it is about, what came out, what it should be, whether it is met."""
    def both(operation, connections, peer):
        pair = find(cells, operation, connections, "ours"), find(cells, operation, connections, peer)
        return pair if all(pair) else None

    for operation, connections, peer, factor in RATE_TARGETS:
        if pair := both(operation, connections, peer):
            ratio = pair[0]["rate"] / pair[1]["rate"]
            plural = "s" if connections > 1 else ""
            yield (f"{operation}, {connections} connection{plural}: rate over {pair[1]['title']}", f"{ratio:.2f} ×", f"≥ {factor} ×",
                   ratio >= factor)
    for operation in ("get", "update", "add"):
        if pair := both(operation, 1, "bare"):
            added = pair[0]["p50"] - pair[1]["p50"]
            yield (f"{operation}, 1 connection: p50 over the bare loop", f"{added:.0f} µs", f"≤ {LATENCY_MARGIN} µs",
                   added <= LATENCY_MARGIN)
    for connections in sorted({cell["connections"] for cell in cells if cell["operation"] == "get"} - {1}):
        bare, alone = both("get", connections, "bare"), both("get", connections, "return")
        if bare and alone:
            ratio = bare[0]["cpu"] / (bare[1]["cpu"] + alone[1]["cpu"])
            yield (f"get, {connections} connections: nginx's processor time over bare loop + return 200", f"{ratio:.2f} ×",
                   f"≤ {CPU_FACTOR} ×", ratio <= CPU_FACTOR)
    beside, idle = find(cells, "get-beside-pass", 32, "ours"), find(cells, "get", 32, "ours")
    if beside and idle:
        ratio = beside["p99"] / idle["p99"]
        yield ("get-beside-pass, 32 connections: p99 over get's", f"{ratio:.2f} ×", f"≤ {BESIDE_FACTOR} ×", ratio <= BESIDE_FACTOR)


def size_of_data(facts, cells):
    about_tickets = [cell["operation"] in TICKET_OPERATIONS for cell in cells]
    sizes = []
    if not all(about_tickets):
        sizes.append(f"{facts['rows']:,} customers")
    if any(about_tickets):
        sizes.append(f"a help desk of {facts['tickets']:,} tickets")
    return ", and ".join(sizes)


def table(facts, cells):
    lines = [
        f"{facts['date']}, commit {facts['commit']}, {facts['cores']} cores of {facts['cpu']}, {facts['memory_gib']} GiB, "
        f"MariaDB {facts['mariadb']}, {size_of_data(facts, cells)}; medians of {facts['rounds']} turns of {facts['seconds']} s "
        f"(load average before: {facts['load_before']:.1f}). Processor time is per request.", "",
        "| operation | connections | | requests/s | spread | ours is | p50 µs | p99 µs | server µs | MariaDB µs | RSS MB |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for cell in cells:
        ours = find(cells, cell["operation"], cell["connections"], "ours")
        ratio = f"{ours['rate'] / cell['rate']:.2f} ×" if ours and ours is not cell else ""
        rss = number(cell["rss"] / 1e6) if cell["rss"] else ""
        lines.append(
            f"| {cell['operation']} | {cell['connections']} | {cell['title']} | {number(cell['rate'])} | "
            f"{number(cell['slowest'])}–{number(cell['fastest'])} | {ratio} | {number(cell['p50'])} | {number(cell['p99'])} | "
            f"{number(cell['cpu'])} | {number(cell['database_cpu'])} | {rss} |")
    lines += ["", "| target | measured | wanted | met |", "|---|--:|--:|---|"]
    lines += [f"| {what} | {measured} | {wanted} | {'yes' if met else '**no**'} |" for what, measured, wanted, met in targets(cells)]
    return "\n".join(lines) + "\n"


def chart(facts, cells):
    """One panel for each operation and number of connections: a bar to the median, a line over the spread."""
    left, width, bar, gap = 230, 520, 18, 34
    parts, y = [], 40

    def text(x, y, words, more=""):
        parts.append(f'<text x="{x:.0f}" y="{y:.0f}" {more}>{html.escape(words)}</text>')

    text(10, 22, f"Requests a second, {facts['date']}, {facts['cores']} cores of {facts['cpu']}", 'font-weight="bold"')
    panels = dict.fromkeys((cell["operation"], cell["connections"]) for cell in cells)
    for operation, connections in panels:
        panel = [cell for cell in cells if (cell["operation"], cell["connections"]) == (operation, connections)]
        # nginx without a database is far off the others' scale: its bar may leave the panel.
        scale = max(cell["fastest"] for cell in panel if cell["peer"] != "return" or len(panel) == 1)
        text(10, y + 12, f"{operation}, {connections} connection{'s' if connections > 1 else ''}", 'font-weight="bold"')
        y += 20
        for cell in panel:
            length, low, high = (min(1.0, cell[key] / scale) * width for key in ("rate", "slowest", "fastest"))
            beyond = " →" if cell["rate"] > scale else ""
            text(left - 8, y + 13, cell["title"], 'text-anchor="end"')
            parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 4}" fill="{COLOURS[cell["peer"]]}"/>')
            parts.append(f'<path d="M{left + low:.1f} {y + 7}H{left + high:.1f}" stroke="#000"/>')
            text(left + max(length, high) + 6, y + 12, number(cell["rate"]) + beyond)
            y += bar
        y += gap - bar
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 110}" height="{y}" '
            'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>')
    return "\n".join([head, *parts, "</svg>"]) + "\n"
