#include "request/headers.h"

#include <algorithm>
#include <array>

#include "request/conditions.h"
#include "request/request.h"
#include "text.h"

namespace helpdesk {
namespace {

constexpr std::string_view content_type_header = "Content-Type";
constexpr std::string_view content_encoding_header = "Content-Encoding";

// A header that must not be repeated.
struct Single {
    std::string_view name;
    std::string_view Request::*place;
    bool carries_key = false;  // an empty one is treated as a missing key
};

constexpr std::array singles = {
    Single{"X-API-Key", &Request::api_key, true},
    Single{"Authorization", &Request::authorization, true},
    Single{if_match_header, &Request::if_match},
    Single{idempotency_key_header, &Request::idempotency_key},
};

// Conditions of RFC 9110 that a change would have to respect as it respects If-Match.
constexpr std::array other_conditions = {std::string_view("If-None-Match"),
                                         std::string_view("If-Unmodified-Since")};

// Trims the values, because HTTP/2 keeps white space around them.
std::vector<std::string_view> values_of(const Headers& headers, std::string_view name) {
    std::vector<std::string_view> values;
    for (const Header& header : headers)
        if (text::equal_ignoring_case(header.name, name))
            values.push_back(text::trim(header.value));
    return values;
}

void read_single(const Headers& headers, const Single& single, Request& request) {
    const auto values = values_of(headers, single.name);
    const auto problem = [&](std::string text) {
        request.header_problems.push_back({code::bad_request, std::string(single.name), std::move(text)});
    };
    if (values.size() > 1) {
        problem("must come once");
        request.hides_key = request.hides_key || single.carries_key;
    } else if (!values.empty()) {
        request.*single.place = values.front();
        if (values.front().empty() && !single.carries_key)
            problem("must not be empty");
    }
}

// Returns a header's value as a message can show it.
std::string shown(std::string_view value) {
    constexpr std::size_t longest = 64;
    const bool plain = value.size() <= longest && std::all_of(value.begin(), value.end(), [](char c) {
                           return c >= ' ' && c <= '~' && c != '"';
                       });
    return "\"" + (plain ? std::string(value) : printable_name(value)) + "\"";
}

BodyHead unsupported(std::string_view header, std::string text) {
    return {.problem = {code::unsupported_media_type, std::string(header), std::move(text)}};
}

}  // namespace

void read_headers(const Headers& headers, Request& request) {
    for (const Single& single : singles)
        read_single(headers, single, request);
    for (const std::string_view value : values_of(headers, "Accept"))
        request.accept.append(request.accept.empty() ? "" : ", ").append(value);
    for (const std::string_view name : other_conditions)
        if (request.other_condition.empty() && !values_of(headers, name).empty())
            request.other_condition = name;
}

BodyHead read_body_head(const Headers& headers, bool is_empty) {
    const auto types = values_of(headers, content_type_header);
    if (types.empty() && is_empty)
        return {.type = BodyType::form};
    if (types.size() != 1)
        return unsupported(content_type_header, types.empty() ? "is required with a body" : "must come once");
    for (const std::string_view encoding : values_of(headers, content_encoding_header))
        if (!text::equal_ignoring_case(encoding, "identity"))
            return unsupported(content_encoding_header, "the encoding " + shown(encoding) +
                                                            " is not supported; send the body as it is");
    const std::string_view type = types.front();
    if (const auto charset = unsupported_charset(type))
        return unsupported(content_type_header,
                           "the charset " + shown(*charset) + " is not supported; send UTF-8");
    BodyHead head{.type = body_type(type), .content_type = type};
    if (head.type == BodyType::unsupported)
        return unsupported(
            content_type_header,
            "the media type " + shown(text::trim(type.substr(0, type.find(';')))) + " is not supported");
    return head;
}

}  // namespace helpdesk
