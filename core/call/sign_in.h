// Remembers which credentials were correct a moment ago, so that a page with fifty files costs one check.
//
// Call::sign_in() checks a password. Only a hash of the credentials is remembered. Its key is random, is made
// anew in each process, and never leaves it.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "call/sign_in_changes.h"
#include "key.h"

namespace helpdesk {

struct DatabaseSettings;
struct Resource;

// Not thread-safe: each object belongs to one thread.
class SignInMemory {
  public:
    using Clock = std::chrono::steady_clock;
    // Represents credentials.
    using Mark = Sha256;

    // The most credentials that are remembered. Beyond that, those that expire first are forgotten at once.
    static constexpr std::size_t most = 4096;

    // Throws std::runtime_error if the system has no randomness.
    SignInMemory();

    // Returns the mark of credentials of a resource's record in this database. Throws std::runtime_error if
    // the library fails.
    Mark mark(const DatabaseSettings* database, const Resource& resource, std::string_view name,
              std::string_view password) const;

    // Returns the name of the record, as stored, or null. A change of the record ends what is remembered.
    const std::string* find(const Mark& mark, Clock::time_point now) const;

    // `checked` must be the latest change before the record's credentials were read.
    void remember(const Mark& mark, std::string name, ChangeNumber checked, Clock::time_point until);

  private:
    struct Record {
        std::string name;
        ChangeNumber checked;
        Clock::time_point until;
    };

    Sha256 key_;
    std::map<Mark, Record> records_;
};

}  // namespace helpdesk
