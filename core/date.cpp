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

// 12 AM is midnight, and 12 PM is noon.
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
    std::chrono::seconds length;  // how long the moment is that the text names: a second, a minute or a day
    bool has_time;
};

// Reads `Z`, `+HH`, `+HHMM`, `+HH:MM` or nothing. The form was checked before.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    if (text.size() < 3)
        return std::chrono::minutes(0);
    const int hours = number(text.substr(1, 2));
    const int minutes = number(text.substr(text.size() - 2));
    if (hours > 23 || minutes > 59)
        return std::nullopt;
    const std::chrono::minutes offset(60 * hours + (text.size() > 3 ? minutes : 0));
    return text.front() == '-' ? -offset : offset;
}

// SQL's DATETIME ends with the year 9999.
constexpr std::chrono::sys_seconds last_second =
    std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + std::chrono::seconds(86'399);

std::optional<Moment> parse(std::string_view text) {
    // Only the groups of the day differ.
    static const Pattern american(
        "([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})( ([0-9]{1,2}):([0-9]{2})(:([0-9]{2}))?( ?([AaPp][Mm]))?)?");
    static const Pattern iso(
        "([0-9]{4})-([0-9]{2})-([0-9]{2})([T ]([0-9]{2}):([0-9]{2})(:([0-9]{2})(\\.0{1,9})?)?"
        "([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?)?");

    constexpr std::size_t longest = 40;
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
    Time time{number(groups[5]), number(groups[6]), number(groups[8])};
    if (is_american && !apply_half_day(time, groups[10]))
        return std::nullopt;
    const auto offset = parse_offset(is_american ? "" : groups[10]);
    // SQL's DATETIME begins with the year 1000.
    constexpr std::chrono::sys_seconds begin = std::chrono::sys_days(std::chrono::year(1000) / 1 / 1);
    if (!day.ok() || !offset || time.hour > 23 || time.minute > 59 || time.second > 59)
        return std::nullopt;
    const bool has_time = !groups[4].empty();
    const bool has_seconds = !groups[7].empty();
    const Moment moment{std::chrono::sys_days(day) + std::chrono::hours(time.hour) +
                            std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) - *offset,
                        std::chrono::seconds(has_seconds ? 1
                                             : has_time  ? 60
                                                         : 86'400),
                        has_time};
    return moment.time < begin || moment.time > last_second ? std::nullopt : std::optional(moment);
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
    // The last second of DATETIME has no moment after it, but nothing was added in it.
    return sql_text(std::min(moment->time + moment->length, last_second));
}

std::string describe_bad_date(std::string_view text) {
    static const Pattern fraction(".*[0-9]:[0-9]{2}:[0-9]{2}[.,][0-9]+.*");
    static const Pattern lost_plus(".*[0-9]:[0-9]{2}(\\.[0-9]+)? [0-9]{2}:?[0-9]{2}");
    constexpr std::size_t longest = 64;  // a longer text is not searched for the reason
    std::string result = "must be a date such as 12/31/2024, 2024-12-31 08:30:00 or 2024-12-31T08:30:00Z";
    if (text.size() > longest)
        return result;
    if (!lost_plus.match(text).empty())
        result += "; a + before an offset has to be sent as %2B in a URL or a form";
    else if (!fraction.match(text).empty())
        result += ", without a fraction of a second";
    return result;
}

std::optional<std::string> add_hours(const std::string& sql_time, int hours) {
    const auto moment = parse(sql_time);
    if (!moment)
        return std::nullopt;
    const auto later = moment->time + std::chrono::hours(hours);
    constexpr std::chrono::sys_days end = std::chrono::year(10'000) / 1 / 1;
    return later < end ? std::optional(sql_text(later)) : std::nullopt;
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
