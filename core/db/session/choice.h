// Which server of a database is in use: one decision for all threads of all of nginx's workers.
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
    // Represents a server in the shared memory; made from what address() gives.
    using Id = std::uint32_t;
    static Id id_of(std::string_view address);

    struct Decision {
        Id server;
        std::uint32_t number;  // of the decision, so that two for the same server differ
    };

    // Joins the decision of a database of that name whose server in use is one of `servers`, the one that was
    // joined last if there are several; otherwise begins one with the first of `servers`. So it survives a
    // reload, also one that adds or removes other servers or changes their order. Must not be empty.
    Choice(std::string_view database, const std::vector<Id>& servers);

    // The server in use. It may be none of `servers`, when another configuration of the same database moved
    // it.
    Decision current() const;

    // Makes `to` the server in use, unless there is another decision than `from` by now: then false.
    bool move(Decision from, Id to);

    // One database in the shared memory. Whoever finds a slot free makes it his own, once; it is never free
    // again. `database` is written before `state` says `ready`, and does not change after that.
    struct alignas(64) Slot {
        enum class State : std::uint32_t { free, written, ready };  // memory that is all zero is free
        std::atomic<State> state;
        std::uint64_t database;
        std::atomic<std::uint64_t> joined;  // the higher, the later
        std::atomic<Decision> decision;
    };

  private:
    std::unique_ptr<Slot> own_;  // where the shared memory has no room
    Slot* slot_;
};

// From here on, decisions stand in `memory`, which is all zero or held decisions before. For a time when no
// thread uses a database; without it they are this process's own. It must begin at a multiple of 64 and live
// as long as the process. There is room for one database in each 64 bytes; those that find none decide per
// process.
void share_choices(std::span<std::byte> memory);

}  // namespace helpdesk::db
