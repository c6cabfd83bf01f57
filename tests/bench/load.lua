-- wrk's requests: wrk … URL -- OPERATION KEY ROWS RUN [METHOD ACTION CALL POOLS], where RUN is a number that no other run of the bench has.
--
-- CALL are the variables of a call about tickets. `{ticket}` in it stands for any value of that pool in the file POOLS.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end

local function read_pools(path)
    local pools = {}
    for line in io.lines(path) do
        local name, value = line:match("^(%S+)\t(.*)$")
        pools[name] = pools[name] or {}
        table.insert(pools[name], value)
    end
    return pools
end

function init(arguments)
    operation, run = arguments[1], tonumber(arguments[4])
    rows = tonumber(arguments[3])
    head = "/API/default.aspx?format=json&key=" .. arguments[2] .. "&action="
    method, call = arguments[5], arguments[7]
    if call then
        head = head .. arguments[6]
        pools = read_pools(arguments[8])
    end
    sent = 0
    math.randomseed(run * 100 + number)
end

local new = "&contact=John+Smith&email=john.smith%40example.com&phone=404-000-0000&address=1+Main+Street&city=Atlanta&country=US"
local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }

local function value_of(pool)
    return pools[pool][math.random(#pools[pool])]
end

function request()
    sent = sent + 1
    if call then
        local variables = call:gsub("{([%w_]+)}", value_of)
        if method == "POST" then
            return wrk.format("POST", head, form, variables)
        end
        return wrk.format("GET", head .. "&" .. variables)
    end
    local path
    if operation == "get" then
        path = "get_customers&cid=c" .. math.random(rows)
    elseif operation == "update" then
        path = "update_customer&cid=c" .. math.random(rows) .. "&contact=Jane+" .. sent .. "&phone=" .. sent .. "&city=Rome"
    else
        path = "add_customer&cid=n" .. run .. "-" .. number .. "-" .. sent .. new
        if operation == "pass" then
            path = path .. "&pass=password123"
        end
    end
    return wrk.format("GET", head .. path)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}\n', summary.requests,
        summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
