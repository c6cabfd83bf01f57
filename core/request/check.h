// Turns variables into checked values. It has every rule that needs no database.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "answer/problem.h"
#include "model/action.h"
#include "model/value.h"
#include "request/conditions.h"
#include "request/input.h"
#include "request/part_list.h"

namespace helpdesk {

struct Write;

// The parts of a record that is brought, kept as they came.
class Parts {
  public:
    // `action` is what is done to a part.
    Parts(const Action& action, PartList all, const CheckOptions& options)
        : action_(&action), all_(std::move(all)), options_(options) {}

    const Resource& resource() const { return action_->resource; }
    std::size_t size() const { return all_.size(); }
    // Returns the write that stores a part. It must have no problems.
    Write write(std::size_t part) const;
    // Adds the problems of the parts, until there are enough of them. A variable is named as in a file of
    // CSV: `entry_notes`.
    void check(Problems& problems) const;

  private:
    Write check_one(const Variables& part, Problems& problems) const;

    const Action* action_;
    PartList all_;
    CheckOptions options_;
};

// How far the traces of a person were erased before the write that ends the erasure: the largest numbers of
// what was done.
struct ErasedSoFar {
    std::uint64_t records = 0;       // that are the person's
    std::uint64_t parts = 0;         // that the person wrote
    std::uint64_t former = 0;        // parts of records that were the person's
    std::uint64_t records_done = 0;  // how many, in all three
};

// One call of an action that writes. For an add it holds every variable, for an update only those that the
// client sent, a new identifier among them. Companions are not among the values: their values are held with
// the variable that they belong to.
struct Write {
    const Action* action;
    std::string identifier;
    // If set, finds the record instead of the identifier; or is the number of one that is brought.
    std::optional<std::uint64_t> id;
    std::vector<Value> values;
    std::vector<Stored> only_if = {};  // what the record must still have when it is changed; never of an add
    // Upsert only: the add to run if the record does not exist.
    std::unique_ptr<Write> when_missing = {};
    std::vector<std::string> if_match = {};  // entity tags, one of which the record must have; empty: any
    std::optional<Repeatable> repeatable = {};
    std::string key_name = {};  // of the key that the call came with
    bool dry_run = false;       // everything is carried out, and then rolled back
    bool forced = false;        // a removal takes the resource's `forced` with it
    // Nothing is done if it turns out to take long, as what reads all texts of a record again may.
    bool only_if_short = false;
    ErasedSoFar erased = {};
    // The parts that are brought with the record; nothing: the call says nothing of parts.
    std::optional<Parts> parts = {};
    // Becomes true, on another thread, when nobody waits for the write any more. While its parts are stored,
    // it then ends as one that the server is too busy for: `overloaded`, with nothing stored. Null: it never
    // does.
    const std::atomic<bool>* is_stopped = nullptr;

    // Returns the value of a variable. Null if the write has none.
    Value* find(const Variable& variable);
    const Value* find(const Variable& variable) const;
    // Returns the password that is to be hashed. Null if there is none.
    std::string* password();
    // Replaces the password with its hash, in `when_missing` too. Throws as helpdesk::hash_password() does.
    void hash_password(int cost);
};

// A request to check a password.
struct SignInCheck {
    const Action* action;
    std::string identifier;
    std::string password;
};

// Checks the variables of a call, and adds every problem to `problems`. If there are any, the write must not
// be used.
Write check(const Action& action, const Variables& variables, const CheckOptions& options,
            Problems& problems);

// Return whether the call only asks what it would do, and whether it is to take with it what would keep the
// record.
bool check_dry_run(const Variables& variables, Problems& problems);
bool check_force(const Variables& variables, Problems& problems);

// Adds what is wrong with the part that has this place among the parts of a record, from 0.
void add_problems_of_part(const Resource& resource, std::size_t part, const Problems& found,
                          Problems& problems);

// The largest number that a record may bring. It leaves enough for those that are added after it, none of
// which loses digits in a program that takes numbers for binary floating point.
inline constexpr std::uint64_t most_brought_id = 1'000'000'000'000'000;

SignInCheck check_sign_in(const Action& action, const Variables& variables, Problems& problems);

// Reads a whole number from 1, written in digits alone. Returns nothing for any other text.
std::optional<std::uint64_t> parse_id(std::string_view text);

// Tells a client that a text is no ID.
inline constexpr std::string_view id_form = "must be a whole number from 1 to 18446744073709551615";

// Returns whether the text has the form of an address, `local@domain`. It does not say whether mail arrives
// there.
bool is_email(std::string_view address);

}  // namespace helpdesk
