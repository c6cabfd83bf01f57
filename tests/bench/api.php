<?php
// The peer in PHP: PDO with prepared statements on a connection that outlives the request.
declare(strict_types=1);

const TEXTS = ['contact', 'email', 'address', 'city', 'state', 'zip', 'country', 'phone', 'notes'];
// The first is the default.
const CHOICES = [
    'support' => ['Y', 'N'], 'chat' => ['Y', 'N'], 'encrypt' => ['N', 'Y'],
    'viewable_tickets' => ['PERSONAL', 'COMPANY'], 'viewable_invoices' => ['PERSONAL', 'COMPANY'],
    'viewable_assets' => ['PERSONAL', 'COMPANY'],
];

function answer(array $body, int $status = 200): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    exit(json_encode($body, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR));
}

function fail(int $status, string $code, string $variable, string $text): never
{
    answer(['response' => [['error' => "$variable: $text", 'code' => $code, 'variable' => $variable]]], $status);
}

function database(): PDO
{
    static $database = null;
    return $database ??= new PDO('mysql:unix_socket=' . getenv('BENCH_SOCKET') . ';dbname=helpdesk;charset=utf8mb4', 'helpdesk',
        getenv('BENCH_PASSWORD'), [
            PDO::ATTR_PERSISTENT => true,
            PDO::ATTR_EMULATE_PREPARES => getenv('BENCH_EMULATE') === '1',
            PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
            PDO::MYSQL_ATTR_FOUND_ROWS => true,
            PDO::MYSQL_ATTR_INIT_COMMAND => STATEMENTS['session'],
        ]);
}

function execute(string $sql, array $values): PDOStatement
{
    $statement = database()->prepare($sql);
    $statement->execute($values);
    return $statement;
}

function cid_of(array $request): string
{
    $cid = trim($request['cid'] ?? '');
    if ($cid === '' || mb_strlen($cid) > 255) {
        fail(400, 'required', 'cid', 'is required, with at most 255 characters');
    }
    return $cid;
}

function texts(array $request): array
{
    $texts = [];
    foreach (TEXTS as $name) {
        if (!isset($request[$name])) {
            continue;
        }
        if ($name !== 'notes' && mb_strlen($request[$name]) > 255) {
            fail(400, 'too_long', $name, 'has more than 255 characters');
        }
        $texts[$name] = $request[$name];
    }
    return $texts;
}

function time_text(string $time): string
{
    return date_create($time)->format('n/j/Y g:i:s A');
}

function decimal(?string $number): string
{
    return $number === null ? '' : rtrim(rtrim($number, '0'), '.');
}

function get_customers(string $cid): never
{
    $customers = execute(STATEMENTS['get'], [$cid])->fetchAll();
    foreach ($customers as &$customer) {
        $customer = array_map(strval(...), $customer);
        $customer['latitude'] = decimal($customer['latitude']);
        $customer['longitude'] = decimal($customer['longitude']);
        if ($customer['sc_start_dates'] !== '') {
            $customer['sc_start_dates'] = implode(',', array_map(time_text(...), explode(',', $customer['sc_start_dates'])));
        }
        $customer['date_added'] = time_text($customer['date_added']);
        $customer['last_updated'] = time_text($customer['last_updated']);
    }
    answer(['customers' => $customers]);
}

function add_customer(string $cid, array $request): never
{
    $values = [$cid, ...array_values(array_replace(array_fill_keys(TEXTS, ''), texts($request)))];
    foreach (CHOICES as $name => $choices) {
        $choice = strtoupper($request[$name] ?? '');
        $values[] = in_array($choice, $choices, true) ? $choice : $choices[0];
    }
    $portal = $request['portal'] ?? '';
    array_push($values, ctype_digit($portal) ? $portal : null, $portal);
    try {
        execute(STATEMENTS['add'], $values);
    } catch (PDOException $error) {
        if ($error->errorInfo[1] === 1062) {
            fail(409, 'already_exists', 'cid', 'this customer exists already');
        }
        throw $error;
    }
    answer(['response' => [['added_customer' => $cid]]]);
}

function update_customer(string $cid, array $request): never
{
    $texts = texts($request);
    $assignments = implode(', ', array_map(fn ($name) => "$name = ?", array_keys($texts)));
    $sql = str_replace('{assignments}', $assignments, STATEMENTS['update']);
    if (execute($sql, [...array_values($texts), $cid])->rowCount() === 0) {
        fail(404, 'not_found', 'cid', 'there is no such customer');
    }
    answer(['response' => [['updated_customer' => $cid]]]);
}

define('STATEMENTS', require __DIR__ . '/statements.php');
require __DIR__ . '/tickets.php';
try {
    if (!hash_equals(getenv('BENCH_KEY_SHA256'), hash('sha256', $_GET['key'] ?? ''))) {
        fail(401, 'wrong_key', 'key', 'is wrong');
    }
    match (strtolower($_GET['action'] ?? '')) {
        'get_customers' => get_customers(cid_of($_GET)),
        'add_customer' => add_customer(cid_of($_GET), $_GET),
        'update_customer' => update_customer(cid_of($_GET), $_GET),
        'get_tickets' => get_tickets($_GET),
        'get_history' => get_history($_GET),
        'add_ticket' => add_ticket($_POST),
        'update_ticket' => update_ticket($_POST),
        'add_history' => add_history($_POST),
        default => fail(400, 'unknown_action', 'action', 'is not known'),
    };
} catch (PDOException $error) {
    error_log($error->getMessage());
    fail(500, 'internal_error', 'database', 'failed');
}
