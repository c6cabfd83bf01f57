#include "rows.hpp"

namespace helpdesk::ngx {
namespace {

using std::chrono::milliseconds;

// Returns 1h, 60s or 500ms.
std::string time_text(milliseconds time) {
    if (time % std::chrono::hours(1) == milliseconds(0))
        return std::to_string(time / std::chrono::hours(1)) + "h";
    if (time % std::chrono::seconds(1) == milliseconds(0))
        return std::to_string(time / std::chrono::seconds(1)) + "s";
    return std::to_string(time.count()) + "ms";
}

}  // namespace

std::invalid_argument wrong_value(const std::string& what_it_must_be, const ngx_str_t& value) {
    return std::invalid_argument(what_it_must_be + ", not \"" + std::string(view(value)) + "\"");
}

std::string one_of(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 < words.size() ? ", " : " or ";
        text += "\"" + std::string(words[i]) + "\"";
    }
    return text;
}

ngx_int_t read_number(const ngx_str_t& value, ngx_int_t low, ngx_int_t high) {
    const ngx_int_t number = ngx_atoi(value.data, value.len);
    if (number < low || number > high)
        throw wrong_value("must be a number from " + std::to_string(low) + " to " + std::to_string(high),
                          value);
    return number;
}

std::optional<milliseconds> parse_time(const ngx_str_t& value, const TimeBounds& bounds) {
    const bool in_seconds = bounds.shortest >= std::chrono::seconds(1);
    const ngx_int_t unit = in_seconds ? 1000 : 1;
    ngx_str_t text = value;
    const ngx_int_t time = ngx_parse_time(&text, in_seconds ? 1 : 0);
    if (time < bounds.shortest.count() / unit || time > bounds.longest.count() / unit)
        return std::nullopt;
    return milliseconds(time * unit);
}

std::string describe(const TimeBounds& bounds) {
    const bool in_seconds = bounds.shortest >= std::chrono::seconds(1);
    return "a time from " + time_text(bounds.shortest) + " to " + time_text(bounds.longest) +
           (in_seconds ? " in whole seconds" : "");
}

}  // namespace helpdesk::ngx
