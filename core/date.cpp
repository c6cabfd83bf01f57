// The date formats that clients send.
#include <array>
#include <chrono>
#include <cstdio>
#include <regex>

#include "check.h"
#include "text.h"

namespace helpdesk {
namespace {

using Match = std::match_results<std::string_view::const_iterator>;

int number(const Match& match, std::size_t group) {
    return match[group].matched ? std::stoi(match[group].str()) : 0;
}

struct Time {
    int hour, minute, second;
};

// 12 AM is midnight, 12 PM noon.
bool apply_half_day(Time& time, const std::string& half) {
    if (half.empty())
        return true;
    if (time.hour < 1 || time.hour > 12)
        return false;
    const bool afternoon = text::to_lower(half) == "pm";
    time.hour = time.hour % 12 + (afternoon ? 12 : 0);
    return true;
}

}  // namespace

std::optional<std::string> parse_date(std::string_view text) {
    static const std::regex american(
        R"((\d{1,2})/(\d{1,2})/(\d{4})( (\d{1,2}):(\d{2}):(\d{2})( ?([AaPp][Mm]))?)?)");
    static const std::regex iso(R"((\d{4})-(\d{2})-(\d{2})([T ](\d{2}):(\d{2}):(\d{2}))?)");

    Match match;
    const bool is_american = std::regex_match(text.begin(), text.end(), match, american);
    if (!is_american && !std::regex_match(text.begin(), text.end(), match, iso))
        return std::nullopt;

    const std::chrono::year_month_day day(
        std::chrono::year(number(match, is_american ? 3 : 1)),
        std::chrono::month(static_cast<unsigned>(number(match, is_american ? 1 : 2))),
        std::chrono::day(static_cast<unsigned>(number(match, is_american ? 2 : 3))));
    Time time{number(match, 5), number(match, 6), number(match, 7)};
    if (is_american && !apply_half_day(time, match[9].str()))
        return std::nullopt;
    // SQL's DATETIME begins with the year 1000.
    if (!day.ok() || int(day.year()) < 1000 || time.hour > 23 || time.minute > 59 || time.second > 59)
        return std::nullopt;

    std::array<char, 80> result{};
    std::snprintf(result.data(), result.size(), "%04d-%02u-%02u %02d:%02d:%02d", int(day.year()),
                  unsigned(day.month()), unsigned(day.day()), time.hour, time.minute, time.second);
    return result.data();
}

}  // namespace helpdesk
