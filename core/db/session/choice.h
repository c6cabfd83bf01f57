// Chooses the server of a database that is in use: one decision for all threads of all of nginx's workers.
//
// Without it, some threads could write to one server while others still write to another.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace helpdesk::db {

class Choice {
  public:
    // Identifies a server in the shared memory. It is made from what address() returns.
    using Id = std::uint32_t;
    static Id id_of(std::string_view address);

    struct Decision {
        Id server;
        std::uint32_t number;  // of the decision, so that two for the same server differ
    };

    // Joins an earlier decision for a database of this name whose server in use is one of `servers`; if there
    // are several, the one that was joined last. Otherwise begins one with the first of `servers`. So a
    // decision survives a reload of the configuration, even if that adds or removes other servers or changes
    // their order. `servers` must not be empty.
    Choice(std::string_view database, const std::vector<Id>& servers);

    // Returns the server in use. It is none of `servers` if another configuration of the same database moved
    // to another one.
    Decision current() const;

    // Makes `to` the server in use. Returns false, and changes nothing, if the decision is no longer `from`.
    bool move(Decision from, Id to);

    // One database in the shared memory. The first process that finds a slot free owns it from then on; it
    // never becomes free again. `database` is written before `state` becomes `ready`, and does not change
    // after that.
    struct alignas(64) Slot {
        enum class State : std::uint32_t { free, written, ready };  // memory that is all zero is free
        std::atomic<State> state;
        std::uint64_t database;
        std::atomic<std::uint64_t> joined;  // a later join has a higher number
        std::atomic<Decision> decision;
    };

  private:
    std::unique_ptr<Slot> own_;  // used if the shared memory has no room
    Slot* slot_;
};

// From now on, keeps decisions in `memory`; without it they belong to this process alone. It must be all zero
// or have held decisions before, begin at a multiple of 64, and live as long as the process. No thread may
// use a database during the call. Each database needs 64 bytes. For a database that finds no room, each
// process decides alone.
void share_choices(std::span<std::byte> memory);

}  // namespace helpdesk::db
