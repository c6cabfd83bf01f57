<?php
// The actions of tickets. A write is one transaction, which is tried again after a deadlock.
declare(strict_types=1);

const MOST_GATHERED = 20000;
const MOST_TRIES = 5;
const TIMES = ['open_date', 'close_date', 'due_date', 'date', 'date_added', 'last_updated'];

// Carries out a statement with those of the values that it names.
function run(string $name, array $values): PDOStatement
{
    preg_match_all('/:(\w+)/', STATEMENTS[$name], $names);
    return execute(STATEMENTS[$name], array_intersect_key($values, array_flip($names[1])));
}

function transaction(callable $work): string
{
    for ($tries = 1;; ++$tries) {
        try {
            database()->beginTransaction();
            $result = $work();
            database()->commit();
            return $result;
        } catch (PDOException $error) {
            database()->rollBack();
            if ($error->errorInfo[1] !== 1213 || $tries === MOST_TRIES) {
                throw $error;
            }
        }
    }
}

function present(array $row): array
{
    $record = array_map(strval(...), $row);
    foreach (TIMES as $time) {
        if (($record[$time] ?? '') !== '') {
            $record[$time] = time_text($record[$time]);
        }
    }
    return $record;
}

function words_of(string $text): array
{
    preg_match_all('/[a-z0-9]+/', strtolower($text), $found);
    $words = array_unique(array_map(fn ($word) => substr($word, 0, 64), $found[0]), SORT_STRING);
    sort($words, SORT_STRING);
    return $words;
}

function joined(array $words): string
{
    return implode('', array_map(fn ($word) => " $word", $words));
}

// Adds to a ticket's words those of another text.
function index_words(string $tid, string $text): void
{
    $known = execute(STATEMENTS['ticket-words'], [$tid])->fetchColumn();
    $words = array_values(array_diff(words_of($text), explode(' ', $known ?: '')));
    if ($words === []) {
        return;
    }
    $rows = implode(', ', array_fill(0, count($words), '(?, ?)'));
    execute(str_replace('{rows}', $rows, STATEMENTS['add-words']), array_merge(...array_map(fn ($word) => [$word, $tid], $words)));
    execute(STATEMENTS['store-words'], [$tid, joined($words)]);
}

function get_tickets(array $request): never
{
    $found = 'tickets AS ticket';
    $conditions = $values = [];
    $words = words_of($request['keyword'] ?? '');
    if ($words !== []) {
        $counts = execute('SELECT ' . implode(', ', array_fill(0, count($words), STATEMENTS['count-word'])), $words)->fetch(PDO::FETCH_NUM);
        $leading = array_search(min($counts), $counts, true);
        if ($counts[$leading] <= MOST_GATHERED) {
            $found = STATEMENTS['tickets-with-word'];
            $values[] = $words[$leading];
            unset($words[$leading]);
        }
        foreach ($words as $word) {
            $conditions[] = STATEMENTS['tickets-word'];
            $values[] = $word;
        }
    }
    foreach (['tid', 'cid', 'closed', 'visible_to'] as $selector) {
        if (isset($request[$selector])) {
            $found .= ' ' . (STATEMENTS["tickets-$selector-join"] ?? '');
            $conditions[] = STATEMENTS["tickets-$selector"];
            $values[] = $request[$selector];
        }
    }
    $count = (int) ($request['count'] ?? 1000);
    $sql = strtr(STATEMENTS['tickets'], [
        '{found}' => $found, '{conditions}' => implode('', array_map(fn ($condition) => " AND $condition", $conditions)),
        '{limit}' => (string) ($count + 1)]);
    $rows = execute($sql, $values)->fetchAll();
    if (count($rows) > $count) {
        header('X-Helpdesk-More: Y');
        array_pop($rows);
    }
    answer(['tickets' => array_map(present(...), $rows)]);
}

function get_history(array $request): never
{
    $sql = str_replace('{limit}', '1000', STATEMENTS['history']);
    answer(['history' => array_map(present(...), execute($sql, [$request['tid']])->fetchAll())]);
}

function add_ticket(array $request): never
{
    $tid = transaction(function () use ($request) {
        $ticket = run('new-ticket', $request)->fetch();
        if ($ticket['customer_id'] === null) {
            fail(400, 'unknown_customer', 'cid', 'no customer has it');
        }
        if ($ticket['support'] === 'N') {
            fail(409, 'support_disabled', 'cid', 'names a customer who has no support');
        }
        $description = $request['description'];
        run('add-ticket', [...$request, ...$ticket]);
        $tid = database()->lastInsertId();
        run('add-entry', [
            'ticket_id' => $tid, 'date' => $ticket['open_date'], 'type' => 'R', 'technician_id' => null,
            'customer_id' => $ticket['customer_id'], 'author' => $ticket['contact'] ?: $request['cid'], 'notes' => $description,
            'customer_viewable' => 'Y', 'status_id' => $ticket['status_id'], 'changes' => '', 'words' => joined(words_of($description))]);
        index_words($tid, "{$request['subject']}\n$description");
        return $tid;
    });
    answer(['response' => [['added_ticket' => $tid]]]);
}

function update_ticket(array $request): never
{
    transaction(function () use ($request) {
        $ticket = run('changed-ticket', $request)->fetch();
        match (true) {
            $ticket['ticket_id'] === null => fail(404, 'not_found', 'tid', 'there is no such ticket'),
            $ticket['status_id'] === null => fail(400, 'unknown_status', 'status', 'no status has this name'),
            $ticket['technician_id'] === null => fail(400, 'unknown_tech', 'assigned_to', 'no technician has this uid'),
            $ticket['doer_id'] === null => fail(400, 'unknown_tech', 'uid', 'no technician has this uid'),
            $ticket['active'] === 'N' => fail(409, 'inactive_technician', 'assigned_to', 'is not active'),
            default => null,
        };
        $new = ['close_date' => $ticket['closed'] === 'Y' ? $ticket['close_date'] ?? $ticket['now'] : null,
                'assigned_to' => $ticket['new_assigned_to'], 'status' => $ticket['new_status']];
        $changes = [];
        foreach ($new as $name => $value) {
            if ($value !== $ticket[$name]) {
                $changes[$name] = [(string) $ticket[$name], (string) $value];
            }
        }
        if ($changes !== []) {
            run('update-ticket', [...$ticket, ...$new]);
            run('add-entry', [
                'ticket_id' => $ticket['ticket_id'], 'date' => $ticket['now'], 'type' => 'S', 'technician_id' => $ticket['doer_id'],
                'customer_id' => null, 'author' => $ticket['doer_name'], 'notes' => '', 'customer_viewable' => 'N',
                'status_id' => $ticket['status_id'], 'changes' => json_encode($changes, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES),
                'words' => '']);
        }
        return $request['tid'];
    });
    answer(['response' => [['updated_ticket' => $request['tid']]]]);
}

function add_history(array $request): never
{
    $notes = $request['notes'] ?? '';
    if ($notes === '') {
        fail(400, 'required', 'notes', 'is required');
    }
    $id = transaction(function () use ($request, $notes) {
        $entry = run('new-entry', $request)->fetch();
        if ($entry['ticket_id'] === null) {
            fail(400, 'unknown_ticket', 'tid', 'no ticket has this ID');
        }
        if ($entry['technician_id'] === null) {
            fail(400, 'unknown_tech', 'uid', 'no technician has this uid');
        }
        $type = $request['type'];
        run('add-entry', [
            ...$entry, 'type' => $type, 'customer_id' => null, 'notes' => $notes,
            'customer_viewable' => $type === 'R' || $type === 'E' ? 'Y' : 'N', 'changes' => '', 'words' => joined(words_of($notes))]);
        $id = database()->lastInsertId();
        index_words((string) $entry['ticket_id'], $notes);
        return $id;
    });
    answer(['response' => [['added_history' => $id]]]);
}
