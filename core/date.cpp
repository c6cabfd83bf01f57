#include "date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <vector>

#include "pattern.h"
#include "text.h"

namespace helpdesk {
namespace {

int number(std::string_view digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

struct Time {
    int hour, minute, second;
};

// 12 AM is midnight, 12 PM noon.
bool apply_half_day(Time& time, std::string_view half) {
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
    static const Pattern american(
        "([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})( ([0-9]{1,2}):([0-9]{2}):([0-9]{2})( ?([AaPp][Mm]))?)?");
    static const Pattern iso("([0-9]{4})-([0-9]{2})-([0-9]{2})([T ]([0-9]{2}):([0-9]{2}):([0-9]{2}))?");

    constexpr std::size_t longest = 32;
    if (text.size() > longest)
        return std::nullopt;
    auto groups = american.match(text);
    const bool is_american = !groups.empty();
    if (!is_american && (groups = iso.match(text)).empty())
        return std::nullopt;

    const std::chrono::year_month_day day(
        std::chrono::year(number(groups[is_american ? 3 : 1])),
        std::chrono::month(static_cast<unsigned>(number(groups[is_american ? 1 : 2]))),
        std::chrono::day(static_cast<unsigned>(number(groups[is_american ? 2 : 3]))));
    Time time{number(groups[5]), number(groups[6]), number(groups[7])};
    if (is_american && !apply_half_day(time, groups[9]))
        return std::nullopt;
    // SQL's DATETIME begins with the year 1000.
    if (!day.ok() || int(day.year()) < 1000 || time.hour > 23 || time.minute > 59 || time.second > 59)
        return std::nullopt;
    return Moment{std::chrono::sys_days(day) + std::chrono::hours(time.hour) +
                      std::chrono::minutes(time.minute) + std::chrono::seconds(time.second),
                  !groups[4].empty()};
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
