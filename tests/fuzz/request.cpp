// The way of a whole request to checked values. An input is a line of settings (letters, see settings_of),
// the query string, and the headers Accept, X-API-Key, Authorization and Content-Type, a line each, then the
// body.
#include <algorithm>
#include <cstdint>

#include "call/call.h"
#include "call/import.h"
#include "decimal.h"
#include "fuzz.h"
#include "read_back.h"
#include "request/accept.h"
#include "text.h"

namespace {

using namespace helpdesk;

Settings settings_of(std::string_view letters) {
    static const Key all{.name = "all", .hash = sha256("key")};
    static const Key some{.name = "some",
                          .hash = sha256("some"),
                          .actions = {find_action("get_customers"), find_action("add_company")},
                          .networks = {*parse_network("10.0.0.0/8")},
                          .last_day = std::chrono::sys_days(std::chrono::year(2999) / 12 / 31)};
    const auto has = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
    Settings settings;
    settings.keys = {some, all};
    settings.refuse_key_in_url = has('k');
    settings.legacy_status = has('l');
    settings.reject_unknown = has('r');
    settings.check.check_email = has('e');
    settings.geocoder = true;
    settings.format = has('j') ? Format::json : has('u') ? Format::url : Format::xml;
    return settings;
}

Request take_request(std::string_view letters, std::string_view input) {
    const std::string_view query = take_line(input);
    Request request;
    decode_form(query, request.variables);
    request.key_in_url = !request.variables.get(key_variable).empty();
    request.accept = take_line(input);
    request.api_key = take_line(input);
    request.authorization = take_line(input);
    const std::string_view type = take_line(input);
    const BodyType body = body_type(type);
    if (body == BodyType::csv || body == BodyType::ndjson)
        request.rows = std::make_shared<RowBody>(
            RowBody{body == BodyType::csv ? RowFormat::csv : RowFormat::ndjson, std::string(input)});
    else
        decode_body(body, input, type, request.variables);
    if (letters.find('n') != std::string_view::npos)
        request.address = parse_network("10.1.2.3")->address;
    return request;
}

bool is_text(std::string_view value, const Variable& variable) {
    return text::is_utf8(value) && text::is_printable(value) &&
           (variable.limit == 0 || text::length(value) <= variable.limit);
}

bool is_date(std::string_view date) {
    constexpr std::string_view form = "0000-00-00 00:00:00";
    return std::equal(date.begin(), date.end(), form.begin(), form.end(),
                      [](char d, char f) { return f == '0' ? d >= '0' && d <= '9' : d == f; });
}

void check_value(const Value& value) {
    const Variable& variable = *value.variable;
    if (value.text)
        require(is_text(*value.text, variable), "a value is text and not too long");
    if (variable.choices != nullptr)
        require(std::find(variable.choices->values.begin(), variable.choices->values.end(), value.text) !=
                    variable.choices->values.end(),
                "a choice is one of those there are");
    if (variable.range.is_set() && value.text)
        require(lies_within(*value.text, variable.range.least, variable.range.most),
                "a number lies within its range");
    require(value.items.size() <= max_list_items, "a list is not too long");
    for (const std::string& item : value.items)
        require(!item.empty() && (variable.kind->items == Items::ids ? parse_id(item).has_value()
                                                                     : is_text(item, variable)),
                "an item is text and not too long, or an ID");
    require(value.dates.empty() || value.dates.size() == value.items.size(), "a date for each item");
    require(std::all_of(value.dates.begin(), value.dates.end(), is_date), "dates are SQL's");
}

bool is_named(const Write& write, const Action& action) {
    const Variable* name = action.resource.name();
    return name == nullptr ? action.verb.adds : !write.identifier.empty() && is_text(write.identifier, *name);
}

// Checks what an accepted call takes to the database.
void check_values(const Settings& settings, const Action& action, const Variables& variables) {
    Problems problems;
    if (action.verb.takes_rows) {
        check_import(action.resource, variables, problems);
    } else if (action.verb.selects) {
        const Selection selection = check_selection(action, variables, settings.max_records, problems);
        require(selection.limit <= most_records, "a list has a limit");
        for (const Condition& condition : selection.conditions)
            for (const std::string& value : condition.values)
                require(text::is_utf8(value) && text::is_printable(value), "a selector's value is text");
    } else if (!action.verb.signs_in) {
        const Write write = check(action, variables, settings.check, problems);
        require(write.id || is_named(write, action), "a record is named, unless it is added and has no name");
        std::for_each(write.values.begin(), write.values.end(), check_value);
    }
    require(problems.empty(), "an accepted call has no problems");
}

void check_headers(const Reply& reply) {
    for (const auto& [name, value] : reply.headers)
        require(std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; }),
                "headers are one plain line");
}

void check_refusal(const Settings& settings, Format format, const Reply& reply) {
    const auto problems =
        read_back(format, Shape::problems, join(reply.body), std::string(response_root), "error");
    require(!problems.empty(), "a refusal says why");
    const int status = http_status(reply.outcome);
    require(status >= 400 && status < 500, "a refusal is the client's fault");
    require(reply.status == (settings.legacy_status ? 200 : status), "the status is that of the outcome");
    check_headers(reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view letters = take_line(input);
    const Settings settings = settings_of(letters);
    const Request request = take_request(letters, input);
    const Caller caller = identify(settings, request);
    auto accepted = accept(settings, request, caller);
    if (const auto* reply = std::get_if<Reply>(&accepted)) {
        Problems ignored;
        check_refusal(settings, choose_format(settings, request, ignored), *reply);
        return 0;
    }
    require(caller.key != nullptr && caller.action != nullptr, "an accepted call has a key and an action");
    check_values(settings, *caller.action, request.variables);
    Call& call = *std::get<std::unique_ptr<Call>>(accepted);
    call.fail(problem_of_status(503));
    check_headers(call.reply());
    return 0;
}
