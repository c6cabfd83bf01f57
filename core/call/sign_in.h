// Which credentials were right a moment ago, so that a page with fifty files costs one check.
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
struct Resource;

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

    // Makes the mark of credentials of a resource's record in this database. Throws std::runtime_error when
    // the library cannot.
    Mark mark(const DatabaseSettings* database, const Resource& resource, std::string_view name,
              std::string_view password) const;

    // Returns the name of the record, as stored, or null. A change of the record ends what is remembered.
    const std::string* find(const Mark& mark, Clock::time_point now) const;

    // `checked` is the latest change from before the record's credentials were read.
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
