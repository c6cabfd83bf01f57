// Keeps what the threads of a process share for a database.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "db/database.h"

namespace helpdesk::db {

// Returns the one T of these settings, which is made when first asked for. The settings must live as long as
// the process.
template <typename T>
T& per_database(const DatabaseSettings& settings) {
    static std::mutex mutex;
    static std::map<const DatabaseSettings*, std::unique_ptr<T>> all;
    const std::scoped_lock lock(mutex);
    std::unique_ptr<T>& one = all[&settings];
    if (one == nullptr)
        one = std::make_unique<T>(settings);
    return *one;
}

}  // namespace helpdesk::db
