#include "call/request_memory.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "metrics.h"

namespace helpdesk {

// Gives back in the end what was taken.
class RequestMemory::Taken {
  public:
    Taken(std::shared_ptr<RequestMemory> memory, const void* database)
        : memory_(std::move(memory)), database_(database) {}
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    ~Taken() { memory_->give_back(database_, bytes_, sender_); }

    bool add(std::size_t bytes, Sender sender) {
        if (!memory_->add(database_, bytes, sender))
            return false;
        bytes_ = bytes;
        sender_ = sender;
        return true;
    }

    void set_known() noexcept {
        const std::lock_guard lock(memory_->mutex_);
        if (std::exchange(sender_, Sender::known) == Sender::stranger)
            memory_->taken_by_strangers_ -= bytes_;
    }

  private:
    const std::shared_ptr<RequestMemory> memory_;
    const void* const database_;
    std::size_t bytes_ = 0;
    Sender sender_ = Sender::known;
};

RequestMemory::Share RequestMemory::take(const std::shared_ptr<RequestMemory>& memory, const void* database,
                                         std::size_t bytes, Sender sender) {
    auto taken = std::make_shared<Taken>(memory, database);
    return taken->add(bytes, sender) ? taken : nullptr;
}

void RequestMemory::set_known(Taken& taken) noexcept {
    taken.set_known();
}

bool RequestMemory::add(const void* database, std::size_t bytes, Sender sender) {
    const std::lock_guard lock(mutex_);
    std::size_t& by_this = taken_by_[database];
    const std::size_t share = taken_by_.size() > 1 ? most_ / 2 : most_;
    const std::size_t room = std::min(most_ - std::min(most_, taken_), share - std::min(share, by_this));
    if (taken_ > 0 && bytes > room / 2)
        return false;
    const std::size_t left_to_strangers = most_ / 4 - std::min(most_ / 4, taken_by_strangers_);
    if (sender == Sender::stranger && taken_by_strangers_ > 0 && bytes > left_to_strangers)
        return false;
    if (sender == Sender::stranger)
        taken_by_strangers_ += bytes;
    taken_ += bytes;
    by_this += bytes;
    add_to_gauge(metric::request_memory, {}, static_cast<std::int64_t>(bytes));
    return true;
}

void RequestMemory::give_back(const void* database, std::size_t bytes, Sender sender) noexcept {
    if (bytes == 0)
        return;
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
    taken_by_.find(database)->second -= bytes;
    taken_by_strangers_ -= sender == Sender::stranger ? bytes : 0;
    add_to_gauge(metric::request_memory, {}, -static_cast<std::int64_t>(bytes));
}

}  // namespace helpdesk
