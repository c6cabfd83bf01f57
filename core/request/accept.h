// The way in: whether a request is refused, early or once all of it is known, or becomes a Call.
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

// The format that a request asks for; a wrong one becomes a problem.
Format choose_format(const Settings& settings, const Request& request, Problems& problems);

// Who calls and what, as far as the request's variables and headers say. With the line and headers alone that
// is less than with the body. Throws std::runtime_error as sha256() does.
Caller identify(const Settings& settings, const Request& request);

// The same, without a key that may not be used now or from the request's address.
Caller identify_entitled(const Settings& settings, const Request& request);

// How much of a request is known: its line and headers, or also whether its body shows a key.
enum class Known { head, key };

// Refuses a caller before all of the request is read: by a key that is not good, or not for this action or
// address, and where it would be known, by none. Nothing when the caller may come in, or that is not known
// yet.
std::optional<Reply> refuse_early(const Settings& settings, const Request& request, const Caller& caller,
                                  Known known);

// Refuses a request for which there is no room in the memory that requests may take.
Reply refuse_for_memory(const Settings& settings, const Request& request);

// Either answers at once, without any work for the database, or gives the call to carry out. `caller` as
// identified by the whole request.
std::variant<Reply, std::unique_ptr<Call>> accept(const Settings& settings, const Request& request,
                                                  const Caller& caller);

// Whether a variable's name has a meaning of its own, so that helpdesk_format_variable must not take it.
bool is_taken_name(std::string_view name);

}  // namespace helpdesk
