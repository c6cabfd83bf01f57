// Which sign-ins a change has ended: all processes of nginx count changes in memory that they share, so that
// what one of them stores ends what another remembers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace helpdesk {

struct Write;
struct WriteResult;

// A place in the order of changes. One that is read before a customer's credentials are tells whether they
// may have changed since.
using ChangeNumber = std::uint64_t;

// All of these may be called on any thread, and never wait.
ChangeNumber latest_change() noexcept;

// Whether a sign-in of the customer, by the identifier as stored, may have ended after that change. Sometimes
// true although only another customer changed, never false when this one did.
bool changed_since(std::string_view customer, ChangeNumber number) noexcept;

// To be called after each write: ends the sign-ins of the record if the write deleted it, or changed its
// password or whether it may sign in; those of all if nobody knows what became of such a write.
void note_change(const Write& write, const WriteResult& result) noexcept;

// From here on, the numbers stand in `memory`, which is all zero or held such numbers before, begins at a
// multiple of 64 and lives as long as the process. Without it they are this process's own. Throws
// std::length_error where there is no room for them: they need some 32 KB.
void share_changes(std::span<std::byte> memory);

}  // namespace helpdesk
