// Reads and writes dates and times in the forms of clients, of SQL and of answers. All times are UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace helpdesk {

// How answers show times: M/D/YYYY h:mm:ss AM|PM, as the original web service does, or YYYY-MM-DDTHH:MM:SS.
enum class TimeFormat { reference, iso };

// Reads M/D/YYYY[ H:MM[:SS][ AM|PM]] or YYYY-MM-DD[(T| )HH:MM[:SS[.0…]][Z|±HH:MM]], and returns YYYY-MM-DD
// HH:MM:SS. A time with an offset is converted to UTC. Returns nothing for any other text, for a day that
// does not exist, and for a fraction of a second, which would be lost.
std::optional<std::string> parse_date(std::string_view text);

// Returns the first moment after the date: after its second, after its minute if it has no seconds, or after
// its day if it has no time.
std::optional<std::string> parse_date_end(std::string_view text);

// Tells a client why parse_date() refuses the text. The result begins with a verb.
std::string describe_bad_date(std::string_view text);

// Returns the time so many hours after a time of SQL. Returns nothing after the year 9999.
std::optional<std::string> add_hours(const std::string& sql_time, int hours);

// Reads YYYY-MM-DD and nothing else.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

// Returns a time of SQL in the form of answers.
std::string format_time(std::string_view sql_time, TimeFormat format);

// Does the same for several times with commas between.
std::string format_times(std::string_view sql_times, TimeFormat format);

}  // namespace helpdesk
