// Decides whether a request is refused, early or once all of it is known, or becomes a Call.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "answer/reply.h"
#include "call/call.h"
#include "request/access.h"
#include "request/request.h"

namespace helpdesk {

// Returns the format that a request asks for. A wrong one is added to `problems`, and replaced by the
// default.
Format choose_format(const Settings& settings, const Request& request, Problems& problems);

// Returns the key and the action, as far as the request's variables and headers say. Before the body is read,
// that may be less. Throws std::runtime_error as sha256() does.
Caller identify(const Settings& settings, const Request& request);

// Does the same, but without a key that has expired or may not be used from the request's address.
Caller identify_entitled(const Settings& settings, const Request& request);

// How much of a request has been read: its line and headers, or also enough of its body to see whether there
// is a key.
enum class Known { head, key };

// Refuses a caller before the whole request is read, because the key is not valid, or may not be used for
// this action or from this address. A missing key is refused once it is known to be missing. Returns nothing
// if the caller may come in, or if that cannot be said yet.
std::optional<Reply> refuse_early(const Settings& settings, const Request& request, const Caller& caller,
                                  Known known);

// Refuses a request for which there is no room in the memory that requests may take.
Reply refuse_for_memory(const Settings& settings, const Request& request);

// Returns the answer if it needs no work, as for a refusal, and otherwise the call to carry out. `caller` is
// what identify() returns for the whole request.
std::variant<Reply, std::unique_ptr<Call>> accept(const Settings& settings, const Request& request,
                                                  const Caller& caller);

// Returns whether the API or an action uses the name, so that helpdesk_format_variable must not be set to it.
bool is_taken_name(std::string_view name);

}  // namespace helpdesk
