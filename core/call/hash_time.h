// Measures hashing.
#pragma once

#include <chrono>

#include "metrics.h"

namespace helpdesk {

// Counts its own lifetime as the time to hash or check one password.
class HashTime {
  public:
    HashTime() = default;
    HashTime(const HashTime&) = delete;
    HashTime& operator=(const HashTime&) = delete;
    ~HashTime() { observe(metric::hash_time, {}, std::chrono::steady_clock::now() - begin_); }

  private:
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace helpdesk
