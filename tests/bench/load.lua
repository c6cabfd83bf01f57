-- wrk's requests: wrk … URL -- OPERATION KEY ROWS RUN, where RUN is a number that no other run of the bench has.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end

function init(arguments)
    operation, run = arguments[1], tonumber(arguments[4])
    rows = tonumber(arguments[3])
    head = "/API/default.aspx?format=json&key=" .. arguments[2] .. "&action="
    sent = 0
    math.randomseed(run * 100 + number)
end

local new = "&contact=John+Smith&email=john.smith%40example.com&phone=404-000-0000&address=1+Main+Street&city=Atlanta&country=US"

function request()
    sent = sent + 1
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
