#include "answer/problem.h"

#include <algorithm>
#include <array>

namespace helpdesk {
namespace {

struct Entry {
    std::string_view code;
    int status;
    std::string_view text;         // for a status that nginx gave
    std::string_view advice = {};  // for the operator, of those that are logged
};

// Where several codes share a status, the first stands for it.
constexpr std::array entries = {
    Entry{code::bad_request, 400, "the request is malformed"},
    Entry{code::key_in_url, 400, "",
          "let the client send it in a header or in the body, or set helpdesk_key_in_url on"},
    Entry{code::missing_action, 400, ""},
    Entry{code::unknown_action, 400, ""},
    Entry{code::invalid_format, 400, ""},
    Entry{code::malformed_body, 400, ""},
    Entry{code::too_many_variables, 400, ""},
    Entry{code::invalid_encoding, 400, ""},
    Entry{code::invalid_characters, 400, ""},
    Entry{code::duplicate_variable, 400, ""},
    Entry{code::unknown_variable, 400, ""},
    Entry{code::required, 400, ""},
    Entry{code::ambiguous, 400, ""},
    Entry{code::invalid_order, 400, ""},
    Entry{code::too_long, 400, ""},
    Entry{code::too_many_values, 400, ""},
    Entry{code::invalid_number, 400, ""},
    Entry{code::out_of_range, 400, ""},
    Entry{code::invalid_choice, 400, ""},
    Entry{code::invalid_date, 400, ""},
    Entry{code::invalid_email, 400, ""},
    Entry{code::duplicate_value, 400, ""},
    Entry{code::count_mismatch, 400, ""},
    Entry{code::incomplete_coordinates, 400, ""},
    Entry{
        code::wrong_key, 401, "the request is not authorized",
        "compare the client's key with sha256 of helpdesk_key; if somebody is guessing, limit_req holds him"},
    Entry{code::missing_key, 401, "", "the client has to send the key that helpdesk-new-key printed for it"},
    Entry{code::expired_key, 401, "", "give the client a new key, or move \"expires\" of helpdesk_key"},
    Entry{code::forbidden, 403, "access is denied"},
    Entry{code::address_not_allowed, 403, "",
          "add the address to \"allow\" of helpdesk_key if it is the client's own"},
    Entry{code::action_not_allowed, 403, "",
          "add the action to \"actions\" of helpdesk_key if the client may call it"},
    Entry{code::not_found, 404, "not found"},
    Entry{code::not_located, 404, ""},
    Entry{code::method_not_allowed, 405, "only GET and POST are allowed"},
    Entry{code::already_exists, 409, "already exists"},
    Entry{code::in_use, 409, ""},
    Entry{code::precondition_failed, 412, "the record is not as the request wants it"},
    Entry{code::payload_too_large, 413, "the request body is larger than this server accepts"},
    Entry{code::unsupported_media_type, 415, "the body's type is not supported"},
    Entry{code::idempotency_key_reused, 422, "the Idempotency-Key was used for another request"},
    Entry{code::too_many_requests, 429, "too many requests",
          "nothing was done, the client may try again; max_calls of helpdesk_key says how many calls it may "
          "have at once"},
    Entry{code::internal_error, 500, "the server failed to handle the request"},
    Entry{code::overloaded, 503, "the server is overloaded, try again",
          "nothing was changed, the client may try again; more threads or a longer queue for the thread "
          "pool, or fewer writers of the same rows"},
    Entry{code::database_unavailable, 503, "", "nothing was changed, the client may try again"},
    Entry{code::database_unsuitable, 503, "", "nothing was changed"},
    Entry{code::database_full, 503, "", "nothing was changed; make room on the database server's disk"},
    Entry{code::outcome_unknown, 503, "",
          "see whether the change is there before it is sent again; with the same Idempotency-Key it can be "
          "sent "
          "again at once"},
    Entry{
        code::geocoder_unavailable, 503, "",
        "see whether the server behind the location of helpdesk_geocoder answers, and raise timeout if it is "
        "slow"},
    Entry{code::database_timeout, 504, "the database did not answer in time",
          "nothing was changed; look for what the database waits for, or raise read_timeout"},
};

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
