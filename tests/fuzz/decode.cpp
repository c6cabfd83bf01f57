// The four encodings of variables. An input is a Content-Type, a line break, and the body; any other type
// stands for a query string. The same body as what a geocoder answers.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "fuzz.h"
#include "json.h"
#include "place/geocode.h"
#include "request/decode.h"
#include "request/json_numbers.h"
#include "text.h"

namespace {

using namespace helpdesk;

bool is_plain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~%").find(c) != std::string_view::npos;
    });
}

void check_rules(const Variables& variables) {
    require(variables.all().size() <= max_variables, "no more variables than a request may have");
    require(variables.complete() || !variables.problems().empty(), "what hides variables is told");
    bool twice = false;
    for (const auto& variable : variables.all()) {
        require(variable.name == text::to_lower(variable.name), "names are in lower case");
        require(text::is_utf8(variable.value) && text::is_printable(variable.value), "values are clean text");
        twice = twice || variables.find(variable.name) != &variable.value;
    }
    require(!twice || !variables.problems().empty(), "a variable that comes twice is a problem");
    for (const Problem& problem : variables.problems()) {
        require(http_status(problem.code) == 400 && !problem.text.empty(), "problems are bad input");
        require(is_plain(problem.variable), "names in problems are plain");
    }
}

void require_same(const Variables& a, const Variables& b, const char* what) {
    require(b.problems().empty() && b.complete(), what);
    require(std::equal(a.all().begin(), a.all().end(), b.all().begin(), b.all().end(),
                       [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; }),
            what);
}

// Good variables are the same in each encoding.
void check_round_trips(const Variables& variables) {
    std::string form;
    std::string multipart = "--fuzz-boundary";
    const Json object = json::object();
    bool in_json = true;
    bool in_multipart = true;
    for (const auto& [name, value] : variables.all()) {
        form += text::percent_encode(name) + "=" + text::percent_encode(value) + "&";
        in_json = in_json && text::is_utf8(name) && name.find('\0') == std::string::npos;
        json_object_setn_new(object.get(), name.data(), name.size(),
                             json_stringn(value.data(), value.size()));
        in_multipart = in_multipart && name.find_first_of("\r\n\"\\") == std::string::npos &&
                       value.find("fuzz-boundary") == std::string::npos;
        multipart.append("\r\nContent-Disposition: form-data; name=\"").append(name).append("\"\r\n\r\n");
        multipart.append(value).append("\r\n--fuzz-boundary");
    }
    Variables again;
    decode_form(form, again);
    require_same(variables, again, "a form gives what was sent");
    if (in_json) {
        again = {};
        decode_json(dump(object, 0), again);
        require_same(variables, again, "JSON gives what was sent");
    }
    if (in_multipart && !variables.all().empty()) {
        again = {};
        decode_multipart(multipart + "--\r\n", "multipart/form-data; boundary=fuzz-boundary", again);
        require_same(variables, again, "multipart gives what was sent");
    }
}

Json parse(std::string_view text, json_error_t& error) {
    return Json(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error));
}

// Without its numbers a text is JSON if it was before, or would have been but for their size; and the numbers
// that were taken are those that the parser reads.
void check_numbers(std::string_view body) {
    const auto taken = extract_numbers(body, max_variables);
    if (!taken)
        return;
    const JsonNumbers& numbers = *taken;
    json_error_t error_before;
    json_error_t error;
    const Json before = parse(body, error_before);
    const Json after = parse(numbers.without, error);
    require(numbers.without.size() == body.size(), "nothing moves");
    if (before == nullptr) {
        require(after == nullptr || json_error_code(&error_before) == json_error_numeric_overflow,
                "what is no JSON becomes none");
        return;
    }
    // jansson passes over a zero byte behind a real number, and behind no other.
    require(after != nullptr || body.find('\0') != std::string_view::npos, "JSON stays JSON");
    if (after == nullptr || !json_is_object(before.get()))
        return;
    auto number = numbers.values.begin();
    void* now = json_object_iter(after.get());
    for (void* member = json_object_iter(before.get()); member != nullptr;
         member = json_object_iter_next(before.get(), member)) {
        const json_t* value = json_object_iter_value(member);
        require(now != nullptr && std::string_view(json_object_iter_key(member)) == json_object_iter_key(now),
                "the members stay in their order");
        require(json_is_number(value) == json_is_number(json_object_iter_value(now)), "a number stays one");
        now = json_object_iter_next(after.get(), now);
        if (!json_is_number(value))
            continue;
        require(number != numbers.values.end(), "no number is left out");
        const std::string text(*number++);
        require(json_is_integer(value) ? std::strtoll(text.c_str(), nullptr, 10) == json_integer_value(value)
                                       : std::strtod(text.c_str(), nullptr) == json_real_value(value),
                "a number is the one that the parser reads");
    }
    require(number == numbers.values.end(), "no number is made up");
}

// A key that is found before the body is decoded is the one that decoding gives.
void check_find(std::string_view type, std::string_view body, const Variables& variables) {
    const auto found = find_in_body(body_type(type), body, type, "key");
    if (found && variables.problems().empty())
        require(variables.find("key") != nullptr && *variables.find("key") == *found, "the key is found");
}

void check_place(std::string_view body) {
    const GeocoderAnswer answer =
        read_geocoder_reply(customers(), {.status = 200, .body = body, .failure = {}});
    require(!answer.found || (answer.failure.empty() && answer.found->size() == 2),
            "a place has two coordinates");
    for (const std::string& degrees : answer.found.value_or(Coordinates{}))
        require(std::abs(std::strtod(degrees.c_str(), nullptr)) <= 180 &&
                    degrees.find_first_not_of("-.0123456789") == std::string::npos,
                "a coordinate is a number on earth");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view type = take_line(input);
    Variables variables;
    if (body_type(type) == BodyType::unsupported)
        decode_form(input, variables);
    else
        decode_body(body_type(type), input, type, variables);
    check_find(type, input, variables);
    check_place(input);
    check_numbers(input);
    check_rules(variables);
    if (variables.problems().empty())
        check_round_trips(variables);
    return 0;
}
