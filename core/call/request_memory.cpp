#include "call/request_memory.h"

#include <algorithm>
#include <cstdint>

#include "metrics.h"

namespace helpdesk {

RequestMemory::Share RequestMemory::take(const std::shared_ptr<RequestMemory>& memory, const void* database,
                                         std::size_t bytes) {
    if (!memory->add(database, bytes))
        return nullptr;
    // If there is no memory for the pointer itself, it gives back what was taken.
    return {memory.get(),
            [memory, database, bytes](void* /*memory*/) { memory->give_back(database, bytes); }};
}

bool RequestMemory::add(const void* database, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    std::size_t& by_this = taken_by_[database];
    const std::size_t share = taken_by_.size() > 1 ? most_ / 2 : most_;
    const std::size_t room = std::min(most_ - std::min(most_, taken_), share - std::min(share, by_this));
    if (taken_ > 0 && bytes > room / 2)
        return false;
    taken_ += bytes;
    by_this += bytes;
    add_to_gauge(metric::request_memory, {}, static_cast<std::int64_t>(bytes));
    return true;
}

void RequestMemory::give_back(const void* database, std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
    taken_by_.find(database)->second -= bytes;
    add_to_gauge(metric::request_memory, {}, -static_cast<std::int64_t>(bytes));
}

}  // namespace helpdesk
