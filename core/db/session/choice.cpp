#include "db/session/choice.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

namespace helpdesk::db {

namespace {

using Slot = Choice::Slot;
using State = Slot::State;

static_assert(std::atomic<State>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<Choice::Decision>::is_always_lock_free,
              "processes share them");

std::span<Slot>& slots() {
    static std::vector<Slot> own(64);
    static std::span<Slot> current(own);
    return current;
}

// Returns false if another process was killed while it wrote the slot, or did not get a processor for long.
bool wait_until_ready(const Slot& slot) {
    for (int i = 0; i < 10'000 && slot.state.load(std::memory_order_acquire) == State::written; ++i)
        std::this_thread::yield();
    return slot.state.load(std::memory_order_acquire) == State::ready;
}

bool begin(Slot& slot, std::uint64_t database, Choice::Id server) {
    State state = State::free;
    if (!slot.state.compare_exchange_strong(state, State::written, std::memory_order_acquire))
        return false;
    slot.database = database;
    slot.decision.store({server, 0}, std::memory_order_relaxed);
    slot.state.store(State::ready, std::memory_order_release);
    return true;
}

// Returns the slot to join, found or made. Null if there is no room. All processes look in the same order, so
// that two that begin at the same time meet in one slot.
Slot* find_slot(std::uint64_t database, const std::vector<Choice::Id>& servers) {
    Slot* best = nullptr;
    std::uint64_t latest = 0;
    for (Slot& slot : slots()) {
        if (slot.state.load(std::memory_order_acquire) == State::free) {
            if (best != nullptr)
                break;
            if (begin(slot, database, servers.front()))
                best = &slot;
        }
        if (!wait_until_ready(slot))
            continue;
        const std::uint64_t joined = slot.joined.load(std::memory_order_relaxed);
        const Choice::Id server = slot.decision.load(std::memory_order_relaxed).server;
        if (slot.database == database && (best == nullptr || joined >= best->joined.load()) &&
            std::find(servers.begin(), servers.end(), server) != servers.end())
            best = &slot;
        latest = std::max(latest, joined);
    }
    if (best != nullptr)
        best->joined.store(latest + 1, std::memory_order_relaxed);
    return best;
}

}  // namespace

Choice::Id Choice::id_of(std::string_view address) {
    return static_cast<Id>(std::hash<std::string_view>()(address));
}

Choice::Choice(std::string_view database, const std::vector<Id>& servers)
    : slot_(find_slot(std::hash<std::string_view>()(database), servers)) {
    if (slot_ != nullptr)
        return;
    own_ = std::make_unique<Slot>();
    slot_ = own_.get();
    slot_->decision.store({servers.front(), 0});
}

Choice::Decision Choice::current() const {
    return slot_->decision.load(std::memory_order_acquire);
}

bool Choice::move(Decision from, Id to) {
    return slot_->decision.compare_exchange_strong(from, {to, from.number + 1}, std::memory_order_acq_rel);
}

void share_choices(std::span<std::byte> memory) {
    slots() = {reinterpret_cast<Slot*>(memory.data()), memory.size() / sizeof(Slot)};
}

}  // namespace helpdesk::db
