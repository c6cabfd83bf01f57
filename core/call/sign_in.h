// Remembers which credentials of customers were correct a moment ago, so that a page with fifty files costs
// one check.
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

    // Returns the mark of credentials for this database. Throws std::runtime_error if the library fails.
    Mark mark(const DatabaseSettings* database, std::string_view cid, std::string_view password) const;

    // Returns the customer's `cid` as stored, or null. A change of the customer ends what is remembered.
    const std::string* find(const Mark& mark, Clock::time_point now) const;

    // `checked` must be the latest change before the customer's credentials were read.
    void remember(const Mark& mark, std::string customer, ChangeNumber checked, Clock::time_point until);

  private:
    struct Customer {
        std::string cid;
        ChangeNumber checked;
        Clock::time_point until;
    };

    Sha256 key_;
    std::map<Mark, Customer> customers_;
};

}  // namespace helpdesk
