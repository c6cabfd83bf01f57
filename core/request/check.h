// Turns variables into checked values. It has every rule that needs no database.
#pragma once

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

namespace helpdesk {

struct Write;

// The parts of a record that is brought. They are kept as they came, which takes far less memory than writes.
class Parts {
  public:
    // `action` is what is done to a part.
    Parts(const Action& action, std::vector<Variables> all, const CheckOptions& options)
        : action_(&action), all_(std::move(all)), options_(options) {}

    const Resource& resource() const { return action_->resource; }
    std::size_t size() const { return all_.size(); }
    // Returns the write that stores a part. It must have no problems.
    Write write(std::size_t part) const;
    // Adds every problem of every part. A variable is named as in a file of CSV: `entry_notes`.
    void check(Problems& problems) const;

  private:
    Write check_one(const Variables& part, Problems& problems) const;

    const Action* action_;
    std::vector<Variables> all_;
    CheckOptions options_;
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
    // What is brought with the record; nothing: the call says nothing of parts.
    std::optional<Parts> parts = {};

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
