// Dates and times, as clients write them, as SQL does and as answers show them. All in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace helpdesk {

// How answers show times: M/D/YYYY h:mm:ss AM|PM, as the reference does, or YYYY-MM-DDTHH:MM:SS.
enum class TimeFormat { reference, iso };

// M/D/YYYY[ H:MM[:SS][ AM|PM]] or YYYY-MM-DD[(T| )HH:MM[:SS[.0…]][Z|±HH:MM]] → YYYY-MM-DD HH:MM:SS in UTC, to
// which a time with an offset is converted. Nothing for anything else, for days that do not exist, and for a
// fraction of a second, which would be lost.
std::optional<std::string> parse_date(std::string_view text);

// The first moment after the date: after its second, after its minute if no seconds are given, after its day
// if no time is.
std::optional<std::string> parse_date_end(std::string_view text);

// What to tell a client about a text that parse_date() refuses; begins with a verb.
std::string describe_bad_date(std::string_view text);

// YYYY-MM-DD and nothing else.
std::optional<std::chrono::sys_days> parse_day(std::string_view text);

// A time that SQL gave, in the form of answers.
std::string format_time(std::string_view sql_time, TimeFormat format);

// The same of several between commas.
std::string format_times(std::string_view sql_times, TimeFormat format);

}  // namespace helpdesk
