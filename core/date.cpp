#include "date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <regex>

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

struct Moment {
    std::chrono::sys_seconds time;
    bool has_time;
};

std::optional<Moment> parse(std::string_view text) {
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
    return Moment{std::chrono::sys_days(day) + std::chrono::hours(time.hour) +
                      std::chrono::minutes(time.minute) + std::chrono::seconds(time.second),
                  match[4].matched};
}

std::string sql_text(std::chrono::sys_seconds moment) {
    const auto days = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day day(days);
    const std::chrono::hh_mm_ss time(moment - days);
    std::array<char, 80> result{};
    std::snprintf(result.data(), result.size(), "%04d-%02u-%02u %02d:%02d:%02d", int(day.year()),
                  unsigned(day.month()), unsigned(day.day()), int(time.hours().count()),
                  int(time.minutes().count()), int(time.seconds().count()));
    return result.data();
}

}  // namespace

std::optional<std::string> parse_date(std::string_view text) {
    const auto moment = parse(text);
    return moment ? std::optional(sql_text(moment->time)) : std::nullopt;
}

std::optional<std::string> parse_date_end(std::string_view text) {
    const auto moment = parse(text);
    if (!moment)
        return std::nullopt;
    // SQL's DATETIME ends with the year 9999, and nothing was added in its last second.
    const std::chrono::sys_seconds last =
        std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::seconds(86'399);
    const auto length = moment->has_time ? std::chrono::seconds(1) : std::chrono::seconds(86'400);
    return sql_text(std::min(moment->time + length, last));
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
    const auto moment = text.find('/') == std::string_view::npos ? parse(text) : std::nullopt;
    if (!moment || moment->has_time)
        return std::nullopt;
    return std::chrono::floor<std::chrono::days>(moment->time);
}

std::string format_time(std::string_view sql_time, TimeFormat format) {
    constexpr std::size_t size = std::string_view("2024-12-31 08:30:00").size();
    std::string time(sql_time.substr(0, size));
    if (time.size() < size)
        return time;
    if (format == TimeFormat::iso) {
        time[10] = 'T';
        return time;
    }
    const int hour = std::stoi(time.substr(11, 2));
    return std::to_string(std::stoi(time.substr(5, 2))) + "/" + std::to_string(std::stoi(time.substr(8, 2))) +
           "/" + time.substr(0, 4) + " " + std::to_string(hour % 12 == 0 ? 12 : hour % 12) +
           time.substr(13, 6) + (hour < 12 ? " AM" : " PM");
}

std::string format_times(std::string_view sql_times, TimeFormat format) {
    std::string result;
    for (const std::string& time : text::split_list(sql_times, sql_times.size()))
        result += (result.empty() ? "" : ",") + format_time(time, format);
    return result;
}

}  // namespace helpdesk
