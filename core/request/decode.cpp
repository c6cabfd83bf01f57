#include "request/decode.h"

#include <algorithm>
#include <array>

#include "answer/formats.h"
#include "json.h"
#include "request/json_numbers.h"
#include "text.h"

namespace helpdesk {
namespace {

// No key is longer, in any encoding.
constexpr std::size_t longest_key = 4096;

// The most bytes of all headers of a part together. They are read before the key is known.
constexpr std::size_t most_part_headers = 8192;

// `number` is the text of the value if that is a number.
void add_json_member(const char* name, const json_t* value, std::string_view number, Variables& variables) {
    switch (json_typeof(value)) {
        case JSON_STRING:
            variables.add(name, {json_string_value(value), json_string_length(value)});
            break;
        case JSON_INTEGER:
        case JSON_REAL:
            variables.add(name, std::string(number));
            break;
        case JSON_TRUE:
            variables.add(name, "Y");
            break;
        case JSON_FALSE:
            variables.add(name, "N");
            break;
        case JSON_NULL:
            variables.add(name, "");
            break;
        case JSON_OBJECT:
        case JSON_ARRAY:
            variables.add_problem({code::malformed_body, printable_name(text::to_lower(name)),
                                   "must be a string, a number, true, false or null"});
            break;
    }
}

std::string_view without_byte_order_mark(std::string_view body) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return body.starts_with(mark) ? body.substr(mark.size()) : body;
}

// Many programs write `utf8`.
bool is_utf8_charset(std::string_view charset) {
    constexpr std::array names = {"utf-8", "utf8", "us-ascii"};
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return text::equal_ignoring_case(charset, name); });
}

Problem too_many_variables() {
    return {code::too_many_variables, "",
            "a request may hold at most " + std::to_string(max_variables) + " variables"};
}

// jansson's message ends with the token at which it stopped: … near '"cid"'.
std::string duplicate_name(std::string_view message) {
    const std::size_t begin = message.find("near '\"");
    const std::size_t end = message.rfind("\"'");
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 7)
        return "";
    return printable_name(message.substr(begin + 7, end - begin - 7));
}

// Splits off and returns the part of `rest` before `separator`. Returns nothing if it does not occur.
std::optional<std::string_view> split_before(std::string_view& rest, std::string_view separator) {
    const std::size_t end = rest.find(separator);
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end + separator.size());
    return part;
}

// Passes the values that a header such as `form-data; name="cid"` gives a parameter to `accept`, without
// their quotes, until that returns false. There is exactly one, unless the parameter is missing or repeated.
template <typename Accept>
void read_parameters(std::string_view header, std::string_view name, Accept accept) {
    std::size_t at = header.find(';');
    while (at != std::string_view::npos && at < header.size()) {
        at = header.find_first_not_of("; \t", at);
        if (at == std::string_view::npos)
            break;
        const std::size_t equals = header.find_first_of("=;", at);
        if (equals == std::string_view::npos || header[equals] == ';') {
            at = equals;
            continue;
        }
        const std::string_view found = text::trim(header.substr(at, equals - at));
        std::string value;
        at = equals + 1;
        if (at < header.size() && header[at] == '"') {
            for (++at; at < header.size() && header[at] != '"'; ++at) {
                if (header[at] == '\\' && at + 1 < header.size() &&
                    (header[at + 1] == '"' || header[at + 1] == '\\'))
                    ++at;
                value += header[at];
            }
            at = header.find(';', at);
        } else {
            const std::size_t end = std::min(header.find(';', at), header.size());
            value = text::trim(header.substr(at, end - at));
            at = end;
        }
        if (text::equal_ignoring_case(found, name) && !accept(std::move(value)))
            return;
    }
}

bool has_parameter(std::string_view header, std::string_view name) {
    bool found = false;
    read_parameters(header, name, [&](const std::string& /*value*/) {
        found = true;
        return false;
    });
    return found;
}

// A parameter that must come once. Of one that is repeated no more than two values are read, however many
// there are.
struct OneValue {
    std::string value = {};  // the first one
    std::size_t times = 0;   // at most 2

    void read(std::string_view header, std::string_view name) {
        read_parameters(header, name, [&](std::string one) {
            if (times == 0)
                value = std::move(one);
            times += times < 2 ? 1 : 0;
            return times < 2;
        });
    }
};

struct Part {
    OneValue name;  // once, if the part is valid
    bool is_file = false;
    std::string problem = {};  // why its value cannot be used; empty if it can
};

// Returns the name of a header line in lower case. Empty if the line continues the one before.
std::string line_name(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t')
               ? ""
               : text::to_lower(text::trim(line.substr(0, line.find(':'))));
}

// Returns whether a Content-Transfer-Encoding leaves the bytes as they are.
bool is_plain_transfer(std::string_view encoding) {
    constexpr std::array names = {"7bit", "8bit", "binary"};
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return text::equal_ignoring_case(encoding, name); });
}

Part read_part_headers(std::string_view headers) {
    Part part;
    for (bool more = !headers.empty(); more;) {
        const auto split = split_before(headers, "\r\n");
        more = split.has_value();
        std::string_view line = split.value_or(headers);
        if (const std::size_t end = line.find_first_of("\r\n"); end != std::string_view::npos) {
            part.problem = "a header of the part ends without CR LF";
            line = line.substr(0, end);
        }
        const std::string name = line_name(line);
        const std::string_view value = text::trim(line.substr(std::min(line.find(':'), line.size() - 1) + 1));
        if (name.empty()) {
            part.problem = "a header of the part is continued on another line";
        } else if (name == "content-disposition") {
            part.name.read(line, "name");
            part.is_file =
                part.is_file || has_parameter(line, "filename") || has_parameter(line, "filename*");
        } else if (name == "content-transfer-encoding" && !is_plain_transfer(value)) {
            part.problem = "must be sent unencoded, without a Content-Transfer-Encoding";
        } else if (name == "content-encoding" && !text::equal_ignoring_case(value, "identity")) {
            part.problem = "must be sent unencoded, without a Content-Encoding";
        } else if (name == "content-type" && unsupported_charset(value)) {
            part.problem = "must be UTF-8, not another charset";
        } else if (name == "content-type" && text::to_lower(value).starts_with("multipart/")) {
            part.problem = "must be a text field, not a multipart body of its own";
        }
    }
    return part;
}

}  // namespace

void Variables::add(std::string_view name, std::string value) {
    if (all_.size() >= max_variables) {
        if (complete_)
            add_unreadable(too_many_variables());
        return;
    }
    std::string lower = text::to_lower(name);
    const std::string shown = printable_name(lower);
    // A value that is refused is kept in a form that messages can show.
    if (!text::is_utf8(value)) {
        add_problem({code::invalid_encoding, shown, "is not valid UTF-8"});
        value = text::percent_encode(value);
    } else if (!text::is_printable(value)) {
        add_problem({code::invalid_characters, shown, "holds a character that is not allowed"});
        value = text::percent_encode(value);
    }
    if (lower == charset_variable && !is_utf8_charset(value))
        add_problem(
            {code::invalid_encoding, shown, "must be UTF-8: forms in other charsets are not supported"});
    if (find(lower) != nullptr)
        add_problem({code::duplicate_variable, shown, "is given more than once"});
    all_.push_back({std::move(lower), std::move(value)});
}

bool Variables::rename(std::string_view name, std::string_view new_name) {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const Sent& sent) { return sent.name == name; });
    if (found == all_.end() || find(new_name) != nullptr)
        return false;
    found->name = new_name;
    return true;
}

const std::string* Variables::find(std::string_view name) const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [&](const Sent& sent) { return sent.name == name; });
    return found == all_.end() ? nullptr : &found->value;
}

std::string_view Variables::get(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

Problem sent_as_well_as(std::string_view variable, std::string_view alias) {
    return {code::duplicate_variable, printable_name(variable),
            "is given more than once, also by its other name " + printable_name(alias)};
}

std::string printable_name(std::string_view name) {
    constexpr std::size_t longest = 64;
    return text::percent_encode(name.substr(0, longest));
}

void decode_form(std::string_view encoded, Variables& variables) {
    while (!encoded.empty() && variables.complete()) {
        const std::string_view pair = encoded.substr(0, encoded.find('&'));
        encoded.remove_prefix(std::min(encoded.size(), pair.size() + 1));
        if (pair.empty())
            continue;
        const std::size_t equals = pair.find('=');
        const std::string_view raw_name = pair.substr(0, equals);
        const std::string_view raw_value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
        const auto name = text::decode_form_text(raw_name);
        auto value = text::decode_form_text(raw_value);
        const std::string known_name = name.value_or(std::string(raw_name));
        if (!name || !value)
            variables.add_problem({code::invalid_encoding, printable_name(text::to_lower(known_name)),
                                   "holds a % without two hexadecimal digits"});
        variables.add(known_name, value ? std::move(*value) : text::percent_encode(raw_value));
    }
}

namespace {

// Why a multipart body cannot be read further. Empty if it was read to its end.
using Fault = std::string_view;

// Passes each part with its value to `accept`, until that returns false.
template <typename Accept>
Fault read_parts(std::string_view body, std::string_view content_type, Accept accept) {
    OneValue parameter;
    parameter.read(content_type, "boundary");
    const std::string& boundary = parameter.value;
    if (parameter.times != 1 || boundary.empty() || boundary.size() > 70)
        return "the multipart body has no valid boundary";

    // Each delimiter begins with a line break, except one at the very beginning of the body.
    const std::string delimiter = "\r\n--" + boundary;
    if (body.starts_with(std::string_view(delimiter).substr(2)))
        body.remove_prefix(delimiter.size() - 2);
    else if (!split_before(body, delimiter))
        return "the multipart body does not begin with its boundary";

    for (std::size_t parts = 0; parts <= max_variables; ++parts) {
        if (body.starts_with("--"))
            return {};
        const auto padding = split_before(body, "\r\n");
        if (!padding || padding->find_first_not_of(" \t") != std::string_view::npos)
            break;
        const auto headers =
            body.starts_with("\r\n") ? std::optional<std::string_view>("") : split_before(body, "\r\n\r\n");
        if (headers.value_or(body).size() > most_part_headers)
            return "the headers of a part of the multipart body are longer than 8 KB";
        const auto value = headers ? split_before(body, delimiter) : std::nullopt;
        if (!value)
            break;
        const Part part = read_part_headers(*headers);
        if (part.name.times != 1)
            return part.name.times == 0 ? "a part of the multipart body has no name"
                                        : "a part of the multipart body has several names";
        if (!accept(part, *value))
            return {};
    }
    return "the multipart body is not complete";
}

std::optional<std::string> find_form_text(std::string_view encoded, std::string_view name) {
    const std::size_t longest_name = 3 * name.size();
    for (std::size_t pairs = 0; pairs < max_variables && !encoded.empty(); ++pairs) {
        const std::string_view pair = encoded.substr(0, encoded.find('&'));
        encoded.remove_prefix(std::min(encoded.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (equals > longest_name)
            continue;
        const auto found = text::decode_form_text(pair.substr(0, equals));
        if (found && text::to_lower(*found) == name)
            return pair.size() - equals <= longest_key ? text::decode_form_text(pair.substr(equals + 1))
                                                       : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> find_part_text(std::string_view body, std::string_view content_type,
                                          std::string_view name) {
    std::optional<std::string> found;
    read_parts(body, content_type, [&](const Part& part, std::string_view value) {
        const std::string& own = part.name.value;
        if (own.size() == name.size() && text::to_lower(own) == name && value.size() <= longest_key)
            found = value;
        return !found;
    });
    return found;
}

}  // namespace

void decode_multipart(std::string_view body, std::string_view content_type, Variables& variables) {
    const auto malformed = [&](std::string variable, std::string_view text) {
        variables.add_unreadable({code::malformed_body, std::move(variable), std::string(text)});
    };
    const Fault fault = read_parts(body, content_type, [&](const Part& part, std::string_view value) {
        const std::string& name = part.name.value;
        if (part.is_file)
            malformed(
                printable_name(text::to_lower(name)),
                "must be a text field, not a file; the file of an import is sent as the body itself, as "
                "text/csv or application/x-ndjson");
        else if (!part.problem.empty())
            malformed(printable_name(text::to_lower(name)), part.problem);
        else
            variables.add(name, std::string(value));
        return true;
    });
    if (!fault.empty())
        malformed("", fault);
}

std::optional<std::string> find_in_body(BodyType type, std::string_view body, std::string_view content_type,
                                        std::string_view name) {
    switch (type) {
        case BodyType::form:
            return find_form_text(body, name);
        case BodyType::multipart:
            return find_part_text(body, content_type, name);
        case BodyType::json:
            return find_json_string(without_byte_order_mark(body), name, max_variables, longest_key);
        case BodyType::csv:
        case BodyType::ndjson:
        case BodyType::unsupported:
            break;
    }
    return std::nullopt;
}

void decode_json(std::string_view body, Variables& variables, const std::string& what) {
    json_error_t error;
    const auto numbers = extract_numbers(body, max_variables);
    if (!numbers)
        return variables.add_unreadable(too_many_variables());
    const Json root(json_loadb(numbers->without.data(), numbers->without.size(),
                               JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error));
    if (root == nullptr) {
        if (json_error_code(&error) == json_error_duplicate_key)
            variables.add_unreadable(
                {code::duplicate_variable, duplicate_name(error.text), "is given more than once"});
        else
            variables.add_unreadable({code::malformed_body, "",
                                      "the " + what + " is not valid JSON (line " +
                                          std::to_string(error.line) + ", column " +
                                          std::to_string(error.column) + ")"});
        return;
    }
    if (!json_is_object(root.get())) {
        variables.add_unreadable({code::malformed_body, "", "the JSON " + what + " must be an object"});
        return;
    }
    // jansson keeps the order of the members, so that the numbers follow in step.
    auto number = numbers->values.begin();
    for (void* member = json_object_iter(root.get()); member != nullptr;
         member = json_object_iter_next(root.get(), member)) {
        const json_t* value = json_object_iter_value(member);
        add_json_member(json_object_iter_key(member), value,
                        json_is_number(value) ? *number++ : std::string_view(), variables);
    }
}

std::optional<std::string> unsupported_charset(std::string_view content_type) {
    std::optional<std::string> unsupported;
    const auto refuse = [&](std::string charset) {
        unsupported = std::move(charset);
        return false;
    };
    read_parameters(content_type, "charset", [&](std::string charset) {
        return is_utf8_charset(charset) || refuse(std::move(charset));
    });
    // RFC 2231 has another form, which no charset needs.
    for (const char* name : {"charset*", "charset*0", "charset*0*"})
        if (!unsupported)
            read_parameters(content_type, name, refuse);
    return unsupported;
}

BodyType body_type(std::string_view content_type) {
    if (unsupported_charset(content_type))
        return BodyType::unsupported;
    const std::string type = text::to_lower(text::trim(content_type.substr(0, content_type.find(';'))));
    if (type == "application/x-www-form-urlencoded")
        return BodyType::form;
    if (type == "multipart/form-data")
        return BodyType::multipart;
    if (type == "application/json")
        return BodyType::json;
    const auto rows = row_format_of(type);
    if (!rows)
        return BodyType::unsupported;
    return rows == RowFormat::csv ? BodyType::csv : BodyType::ndjson;
}

void decode_body(BodyType type, std::string_view body, std::string_view content_type, Variables& variables) {
    switch (type) {
        case BodyType::form:
            return decode_form(body, variables);
        case BodyType::multipart:
            return decode_multipart(body, content_type, variables);
        case BodyType::json:
            return decode_json(without_byte_order_mark(body), variables);
        case BodyType::csv:
        case BodyType::ndjson:
        case BodyType::unsupported:
            return;
    }
}

}  // namespace helpdesk
