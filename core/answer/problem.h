// Problems say what is wrong with a request, or what kept the server from doing it. They are the content of
// the error envelope.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

struct Problem {
    std::string_view code;  // one of `code`, below; a static text
    std::string variable;   // the variable at fault, or empty
    std::string text;       // for people; never SQL, never a secret
};

using Problems = std::vector<Problem>;

// The codes that clients may rely on.
namespace code {
inline constexpr std::string_view missing_key = "missing_key";
inline constexpr std::string_view wrong_key = "wrong_key";
inline constexpr std::string_view expired_key = "expired_key";
inline constexpr std::string_view key_in_url = "key_in_url";
inline constexpr std::string_view address_not_allowed = "address_not_allowed";
inline constexpr std::string_view action_not_allowed = "action_not_allowed";
inline constexpr std::string_view missing_action = "missing_action";
inline constexpr std::string_view unknown_action = "unknown_action";
inline constexpr std::string_view bad_request = "bad_request";
inline constexpr std::string_view invalid_format = "invalid_format";
inline constexpr std::string_view malformed_body = "malformed_body";
inline constexpr std::string_view too_many_variables = "too_many_variables";
inline constexpr std::string_view invalid_encoding = "invalid_encoding";
inline constexpr std::string_view invalid_characters = "invalid_characters";
inline constexpr std::string_view duplicate_variable = "duplicate_variable";
inline constexpr std::string_view unknown_variable = "unknown_variable";
inline constexpr std::string_view required = "required";
inline constexpr std::string_view unknown_field = "unknown_field";
inline constexpr std::string_view ambiguous = "ambiguous";
inline constexpr std::string_view invalid_order = "invalid_order";
inline constexpr std::string_view too_long = "too_long";
inline constexpr std::string_view too_many_values = "too_many_values";
inline constexpr std::string_view invalid_number = "invalid_number";
inline constexpr std::string_view out_of_range = "out_of_range";
inline constexpr std::string_view invalid_choice = "invalid_choice";
inline constexpr std::string_view invalid_date = "invalid_date";
inline constexpr std::string_view invalid_email = "invalid_email";
inline constexpr std::string_view duplicate_value = "duplicate_value";
inline constexpr std::string_view count_mismatch = "count_mismatch";
inline constexpr std::string_view incomplete_coordinates = "incomplete_coordinates";
inline constexpr std::string_view ring = "ring";
inline constexpr std::string_view forbidden = "forbidden";
inline constexpr std::string_view not_found = "not_found";
inline constexpr std::string_view not_located = "not_located";
inline constexpr std::string_view method_not_allowed = "method_not_allowed";
inline constexpr std::string_view already_exists = "already_exists";
inline constexpr std::string_view in_use = "in_use";
inline constexpr std::string_view support_disabled = "support_disabled";
inline constexpr std::string_view inactive_technician = "inactive_technician";
inline constexpr std::string_view already_merged = "already_merged";
inline constexpr std::string_view other_customer = "other_customer";
inline constexpr std::string_view unchangeable = "unchangeable";
inline constexpr std::string_view precondition_failed = "precondition_failed";
inline constexpr std::string_view payload_too_large = "payload_too_large";
inline constexpr std::string_view unsupported_media_type = "unsupported_media_type";
inline constexpr std::string_view idempotency_key_reused = "idempotency_key_reused";
inline constexpr std::string_view too_many_requests = "too_many_requests";
inline constexpr std::string_view internal_error = "internal_error";
inline constexpr std::string_view database_unavailable = "database_unavailable";
inline constexpr std::string_view database_unsuitable = "database_unsuitable";
inline constexpr std::string_view database_full = "database_full";
inline constexpr std::string_view outcome_unknown = "outcome_unknown";
inline constexpr std::string_view overloaded = "overloaded";
inline constexpr std::string_view geocoder_unavailable = "geocoder_unavailable";
inline constexpr std::string_view database_timeout = "database_timeout";
}  // namespace code

// Returns what people are told: the text, after the variable's name.
std::string message(const Problem& problem);

// The most problems of one row that the answer to an import tells. Of a row that may have any number, no more
// are collected than show that there are others.
inline constexpr std::size_t most_problems_of_row = 10;
inline bool are_enough(const Problems& problems) {
    return problems.size() > most_problems_of_row;
}

// Returns the first `most` problems. If there are more, adds one that says how many. A request can have more
// problems than an answer should list.
Problems first_of(const Problems& problems, std::size_t most);

// Returns the HTTP status of a code: 400 for every code without a status of its own.
int http_status(std::string_view code);

// Returns one sentence for an integrator about a code. Empty for a code of a resource's table.
std::string_view about_code(std::string_view code);

// Returns every code by its status, except those of the resources' tables.
const std::map<int, std::vector<std::string_view>>& codes_by_status();

// Returns the status of an answer with these problems. Bad input (400) comes before what the database would
// have said, because it must be corrected first.
int http_status(const Problems& problems);

// Returns what follows the reason in the error log: what the client is told, and what the operator may do.
std::string explain_to_operator(int status, std::string_view code);

// Returns what the operator may do about an error of that code. Empty if only the client can do something.
std::string_view advice_to_operator(std::string_view code);

// Returns the problem that stands for an HTTP error status that nginx itself gave (413, 429 …).
Problem problem_of_status(int status);

}  // namespace helpdesk
