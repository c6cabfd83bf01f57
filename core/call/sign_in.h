// Which credentials of customers were right a moment ago, so that a page with fifty files costs one check.
//
// A password is checked by Call::sign_in(). What is remembered of the credentials is a hash under a key that
// is random, made anew in each process and known to nobody.
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

// For one thread.
class SignInMemory {
  public:
    using Clock = std::chrono::steady_clock;
    // Stands for credentials.
    using Mark = Sha256;

    // The most that are remembered; of more, those that would be forgotten first are forgotten at once.
    static constexpr std::size_t most = 4096;

    // Throws std::runtime_error when the system has no randomness.
    SignInMemory();

    // Of credentials for this database. Throws std::runtime_error when the library cannot.
    Mark mark(const DatabaseSettings* database, std::string_view cid, std::string_view password) const;

    // The customer, by the `cid` as stored, or null. A change of the customer ends what is remembered.
    const std::string* find(const Mark& mark, Clock::time_point now) const;

    // `checked` is the latest change from before the customer's credentials were read.
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
