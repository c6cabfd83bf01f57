#include "answer/problem.h"

#include <algorithm>
#include <array>

namespace helpdesk {
namespace {

struct Entry {
    std::string_view code;
    int status;
    std::string_view about;        // one sentence for an integrator
    std::string_view text = {};    // the error's text if nginx gave the status
    std::string_view advice = {};  // for the operator, if the error is logged
};

// If several codes have one status, the first stands for it.
// clang-format off
constexpr std::array entries = {
    Entry{.code = code::bad_request, .status = 400,
          .about = "The request is malformed, or has more problems than an answer lists.",
          .text = "the request is malformed"},
    Entry{.code = code::key_in_url, .status = 400,
          .about = "The key was in the URL, where this server does not accept it.",
          .advice = "let the client send it in a header or in the body, or set helpdesk_key_in_url on"},
    Entry{.code = code::missing_action, .status = 400,
          .about = "The request names no action."},
    Entry{.code = code::unknown_action, .status = 400,
          .about = "There is no action of that name."},
    Entry{.code = code::invalid_format, .status = 400,
          .about = "The action does not answer in that format."},
    Entry{.code = code::malformed_body, .status = 400,
          .about = "The body is not what its content type says."},
    Entry{.code = code::too_many_variables, .status = 400,
          .about = "The request has more than 1,000 variables."},
    Entry{.code = code::invalid_encoding, .status = 400,
          .about = "A text is not UTF-8, or a percent sign is not followed by two hexadecimal digits."},
    Entry{.code = code::invalid_characters, .status = 400,
          .about = "A text has a control character, or another that XML cannot carry."},
    Entry{.code = code::duplicate_variable, .status = 400,
          .about = "The request has the variable twice."},
    Entry{.code = code::unknown_variable, .status = 400,
          .about = "The action has no such variable."},
    Entry{.code = code::required, .status = 400,
          .about = "The variable is missing or empty."},
    Entry{.code = code::unknown_field, .status = 400,
          .about = "There is no such field."},
    Entry{.code = code::ambiguous, .status = 400,
          .about = "Two variables exclude each other."},
    Entry{.code = code::invalid_order, .status = 400,
          .about = "The order names no output variable, or no direction."},
    Entry{.code = code::too_long, .status = 400,
          .about = "The text has more characters than the variable allows."},
    Entry{.code = code::too_many_values, .status = 400,
          .about = "The list has more than 1,000 entries, the imported ticket more than 10,000, the import more than 1,000 rows with a password, or the resource all the records that it may have."},
    Entry{.code = code::invalid_number, .status = 400,
          .about = "The value is not a number, or not in the form that the variable needs."},
    Entry{.code = code::out_of_range, .status = 400,
          .about = "The number is smaller or larger than the variable allows."},
    Entry{.code = code::invalid_choice, .status = 400,
          .about = "The value is none of the choices."},
    Entry{.code = code::invalid_date, .status = 400,
          .about = "The date cannot be read, or there is no such day."},
    Entry{.code = code::invalid_email, .status = 400,
          .about = "The e-mail address does not have a valid form."},
    Entry{.code = code::duplicate_value, .status = 400,
          .about = "The list has the same entry twice."},
    Entry{.code = code::count_mismatch, .status = 400,
          .about = "Two lists that belong together differ in length."},
    Entry{.code = code::incomplete_coordinates, .status = 400,
          .about = "One coordinate was sent without the other."},
    Entry{.code = code::ring, .status = 400,
          .about = "The record would lead back to itself, as a supervisor who is supervised by those below."},
    Entry{.code = code::wrong_key, .status = 401,
          .about = "There is no such key.",
          .text = "the request is not authorized",
          .advice = "compare the client's key with sha256 of helpdesk_key; if somebody is guessing keys, limit_req slows them down"},
    Entry{.code = code::missing_key, .status = 401,
          .about = "The request has no key.",
          .advice = "the client has to send the key that helpdesk-new-key printed for it"},
    Entry{.code = code::expired_key, .status = 401,
          .about = "The last day of the key has passed.",
          .advice = "give the client a new key, or move \"expires\" of helpdesk_key"},
    Entry{.code = code::forbidden, .status = 403,
          .about = "The web server refuses the request before the API sees it.",
          .text = "access is denied"},
    Entry{.code = code::address_not_allowed, .status = 403,
          .about = "The key may not be used from the client's address.",
          .advice = "add the address to \"allow\" of helpdesk_key if it is the client's own"},
    Entry{.code = code::action_not_allowed, .status = 403,
          .about = "The key may not be used for the action.",
          .advice = "add the action to \"actions\" of helpdesk_key if the client may call it"},
    Entry{.code = code::not_found, .status = 404,
          .about = "There is no such record.",
          .text = "not found"},
    Entry{.code = code::not_located, .status = 404,
          .about = "The geocoder knows no such address."},
    Entry{.code = code::method_not_allowed, .status = 405,
          .about = "The HTTP method is neither GET nor POST.",
          .text = "only GET and POST are allowed"},
    Entry{.code = code::already_exists, .status = 409,
          .about = "Another record has that name.",
          .text = "already exists"},
    Entry{.code = code::in_use, .status = 409,
          .about = "Other records refer to the record, so that it cannot be deleted."},
    Entry{.code = code::support_disabled, .status = 409,
          .about = "The customer has no support, and so gets no ticket."},
    Entry{.code = code::inactive_technician, .status = 409,
          .about = "The technician no longer works here, and is assigned no tickets."},
    Entry{.code = code::already_merged, .status = 409,
          .about = "The ticket was merged into another one before."},
    Entry{.code = code::other_customer, .status = 409,
          .about = "The tickets are of customers of different companies, who must not read each other's history."},
    Entry{.code = code::unchangeable, .status = 409,
          .about = "The record says what was done, and stays as it is."},
    Entry{.code = code::precondition_failed, .status = 412,
          .about = "The record is not the version that the request's If-Match names.",
          .text = "the record is not as the request wants it"},
    Entry{.code = code::payload_too_large, .status = 413,
          .about = "The body, or one of its values, is larger than the server accepts.",
          .text = "the request body is larger than this server accepts"},
    Entry{.code = code::unsupported_media_type, .status = 415,
          .about = "The server does not read bodies of this content type.",
          .text = "the body's type is not supported"},
    Entry{.code = code::idempotency_key_reused, .status = 422,
          .about = "The Idempotency-Key was used before, for another request.",
          .text = "the Idempotency-Key was used for another request"},
    Entry{.code = code::too_many_requests, .status = 429,
          .about = "The client sends too many requests; nothing was done, try again later.",
          .text = "too many requests",
          .advice = "nothing was done, the client may try again; max_calls of helpdesk_key says how many calls it may have at once"},
    Entry{.code = code::internal_error, .status = 500,
          .about = "The server failed; its error log says why.",
          .text = "the server failed to handle the request"},
    Entry{.code = code::overloaded, .status = 503,
          .about = "The server is too busy; nothing was changed, try again.",
          .text = "the server is overloaded, try again",
          .advice = "nothing was changed, the client may try again; more threads or a longer queue for the thread pool, or fewer writers of the same rows"},
    Entry{.code = code::database_unavailable, .status = 503,
          .about = "The database cannot be reached; nothing was changed, try again.",
          .advice = "nothing was changed, the client may try again"},
    Entry{.code = code::database_unsuitable, .status = 503,
          .about = "A setting of the database server has to be changed by its operator; nothing was changed.",
          .advice = "nothing was changed"},
    Entry{.code = code::database_full, .status = 503,
          .about = "The database has no room; nothing was changed, try again later.",
          .advice = "nothing was changed; make room on the database server's disk"},
    Entry{.code = code::outcome_unknown, .status = 503,
          .about = "The connection to the database was lost while it stored the change: check whether it was stored before you repeat it.",
          .advice = "check whether the change was stored before it is sent again; with the same Idempotency-Key it can be sent again at once"},
    Entry{.code = code::geocoder_unavailable, .status = 503,
          .about = "The geocoder gave no answer; nothing was changed, try again later.",
          .advice = "check whether the server behind the location of helpdesk_geocoder answers, and raise timeout if it is slow"},
    Entry{.code = code::database_timeout, .status = 504,
          .about = "The database took too long; nothing was changed.",
          .text = "the database did not answer in time",
          .advice = "nothing was changed; find out what the database waits for, or raise read_timeout"},
};
// clang-format on

const Entry* find_entry(std::string_view code) {
    return std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.code == code; });
}

}  // namespace

std::string message(const Problem& problem) {
    return problem.variable.empty() ? problem.text : problem.variable + ": " + problem.text;
}

Problems first_of(const Problems& problems, std::size_t most) {
    if (problems.size() <= most)
        return problems;
    Problems first(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(most));
    first.push_back(
        {code::bad_request, "", "and " + std::to_string(problems.size() - most) + " more problems"});
    return first;
}

int http_status(std::string_view code) {
    const Entry* entry = find_entry(code);
    return entry == entries.end() ? 400 : entry->status;
}

std::string_view about_code(std::string_view code) {
    const Entry* entry = find_entry(code);
    return entry == entries.end() ? std::string_view() : entry->about;
}

const std::map<int, std::vector<std::string_view>>& codes_by_status() {
    static const auto all = [] {
        std::map<int, std::vector<std::string_view>> all;
        for (const Entry& entry : entries)
            all[entry.status].push_back(entry.code);
        return all;
    }();
    return all;
}

int http_status(const Problems& problems) {
    int status = problems.empty() ? 200 : http_status(problems.front().code);
    for (const Problem& problem : problems)
        if (http_status(problem.code) == 400)
            status = 400;
    return status;
}

Problem problem_of_status(int status) {
    const auto* entry =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.status == status; });
    if (entry == entries.end())
        entry = status < 500 ? entries.data()
                             : std::find_if(entries.begin(), entries.end(),
                                            [](const Entry& e) { return e.code == code::internal_error; });
    return {entry->code, "", std::string(entry->text)};
}

std::string_view advice_to_operator(std::string_view code) {
    const Entry* entry = find_entry(code);
    return entry == entries.end() ? std::string_view() : entry->advice;
}

std::string explain_to_operator(int status, std::string_view code) {
    std::string result = "; the client gets " + std::to_string(status) + " " + std::string(code);
    const std::string_view advice = advice_to_operator(code);
    if (!advice.empty())
        result.append("; ").append(advice);
    return result;
}

}  // namespace helpdesk
