// Knows which sign-ins a change has ended. All processes of nginx count changes in memory that they share, so
// that a write of one ends what another remembers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace helpdesk {

struct Write;
struct WriteResult;

// The position of a change in the order of all changes. Read one before a record's credentials: it tells
// later whether they may have changed since.
using ChangeNumber = std::uint64_t;

// All functions here may be called on any thread, and never wait.
ChangeNumber latest_change() noexcept;

// Returns whether a sign-in of the record, by the identifier as stored, may have ended after that change. It
// may be true although only another record changed. It is never false if this one did.
bool changed_since(std::string_view identifier, ChangeNumber number) noexcept;

// Call this after each write. Ends the sign-ins of the record if the write deleted or erased it, or changed
// its name, its password or whether it may sign in. Ends all sign-ins if the outcome of such a write is
// unknown, or it was done before.
void note_change(const Write& write, const WriteResult& result) noexcept;

// From now on, keeps the numbers in `memory`; without it they belong to this process alone. It must be all
// zero or have held such numbers before, begin at a multiple of 64, and live as long as the process. Throws
// std::length_error if it is too small; about 32 KB are needed.
void share_changes(std::span<std::byte> memory);

}  // namespace helpdesk
