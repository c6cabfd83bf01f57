// Holds the connections of a process to one database server. Its threads use them in turn.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace helpdesk::db {

// Limits the connections that are open at once, whichever databases they lead to. An Item is a connection and
// what belongs to it, and its destructor closes it. Items are closed without the lock, and count until their
// destructor has ended.
template <typename Item>
class Pool {
  public:
    using Clock = std::chrono::steady_clock;
    using Owner = const void*;  // identifies a database: its connections are of no use to another

    explicit Pool(std::size_t limit) : limit_(limit) {}
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // The right to have one connection open. At its end the connection is closed.
    class Lease {
      public:
        Lease(Lease&& other) noexcept
            : item(std::exchange(other.item, std::nullopt)),
              took_place(other.took_place),
              pool_(std::exchange(other.pool_, nullptr)) {}
        Lease& operator=(Lease&& other) noexcept {
            end();
            item = std::exchange(other.item, std::nullopt);
            took_place = other.took_place;
            pool_ = std::exchange(other.pool_, nullptr);
            return *this;
        }
        ~Lease() { end(); }

        // Keeps the connection for the owner's next call, but no longer than `idle_timeout`.
        void give_back(Owner owner, std::chrono::seconds idle_timeout) && {
            std::list<Idle> one;
            one.push_back({owner, Clock::now() + idle_timeout, std::move(*item)});
            item.reset();
            std::exchange(pool_, nullptr)->keep(one);
        }

        std::optional<Item> item{};  // none: a new connection may be opened
        bool took_place = false;     // a connection of another owner was closed for this one

      private:
        friend Pool;
        explicit Lease(Pool& pool) : pool_(&pool) {}

        void end() {
            item.reset();
            if (pool_ != nullptr)
                std::exchange(pool_, nullptr)->leave_room(1);
        }

        Pool* pool_;
    };

    // Returns the owner's connection that was used last, if one is idle and no thread waits in take().
    std::optional<Lease> take_idle(Owner owner) {
        const std::scoped_lock lock(mutex_);
        return waiting_.empty() ? find(owner) : std::nullopt;
    }

    // Returns an idle connection of the owner, or the right to open one. If the limit is reached, the longest
    // idle connection of another owner is closed for that. If all are busy, waits for up to `longest`; the
    // thread that has waited longest comes first. Returns nothing if none became free.
    std::optional<Lease> take(Owner owner, Clock::duration longest) {
        std::list<Idle> closed;  // destroyed after the lock is released
        std::unique_lock lock(mutex_);
        if (waiting_.empty() && may_take())
            return take_now(owner, closed);
        const auto place = waiting_.insert(waiting_.end(), std::this_thread::get_id());
        const bool came = changed_.wait_until(lock, Clock::now() + longest,
                                              [&] { return place == waiting_.begin() && may_take(); });
        waiting_.erase(place);
        // The next thread may be able to continue, too.
        changed_.notify_all();
        return came ? std::optional(take_now(owner, closed)) : std::nullopt;
    }

    // Closes the idle connections of one owner, or of all. Returns how many there were.
    std::size_t close_idle(Owner owner = nullptr) {
        return close_if([&](const Idle& one) { return owner == nullptr || one.owner == owner; });
    }

    // Closes the connections that have been idle for longer than they may be.
    void close_overdue(Clock::time_point now = Clock::now()) {
        close_if([&](const Idle& one) { return one.until <= now; });
    }

    // Lowers the limit. Connections beyond it are closed, the busy ones when they are given back.
    void lower_limit(std::size_t limit) {
        std::size_t beyond = 0;
        {
            const std::scoped_lock lock(mutex_);
            limit_ = std::min(limit_, limit);
            beyond = open_ - std::min(open_, limit_);
        }
        close_if([&](const Idle& /*one*/) { return beyond > 0 && beyond-- > 0; });
    }

    std::size_t limit() const {
        const std::scoped_lock lock(mutex_);
        return limit_;
    }
    std::size_t open() const {
        const std::scoped_lock lock(mutex_);
        return open_;
    }
    std::size_t idle() const {
        const std::scoped_lock lock(mutex_);
        return idle_.size();
    }
    // Returns the number of threads that wait in take().
    std::size_t waiting() const {
        const std::scoped_lock lock(mutex_);
        return waiting_.size();
    }

  private:
    struct Idle {
        Owner owner;
        Clock::time_point until;
        Item item;
    };

    bool may_take() const { return open_ < limit_ || (open_ == limit_ && !idle_.empty()); }

    std::optional<Lease> find(Owner owner) {
        const auto found =
            std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& one) { return one.owner == owner; });
        if (found == idle_.rend())
            return std::nullopt;
        Lease lease(*this);
        lease.item.emplace(std::move(found->item));
        idle_.erase(std::next(found).base());
        return lease;
    }

    // Must only be called if may_take(). A connection that must be closed is moved to `closed`, and the lease
    // gets its place.
    Lease take_now(Owner owner, std::list<Idle>& closed) {
        if (auto found = find(owner))
            return std::move(*found);
        Lease lease(*this);
        lease.took_place = open_ == limit_;
        if (lease.took_place)
            closed.splice(closed.end(), idle_, idle_.begin());
        else
            ++open_;
        return lease;
    }

    void keep(std::list<Idle>& one) {
        {
            const std::scoped_lock lock(mutex_);
            if (open_ <= limit_)
                idle_.splice(idle_.end(), one);
        }
        if (one.empty())
            return changed_.notify_all();
        one.clear();
        leave_room(1);
    }

    template <typename Condition>
    std::size_t close_if(Condition condition) {
        std::list<Idle> closed;
        {
            const std::scoped_lock lock(mutex_);
            for (auto one = idle_.begin(); one != idle_.end();) {
                const auto next = std::next(one);
                if (condition(*one))
                    closed.splice(closed.end(), idle_, one);
                one = next;
            }
        }
        const std::size_t count = closed.size();
        closed.clear();
        if (count > 0)
            leave_room(count);
        return count;
    }

    void leave_room(std::size_t connections) {
        {
            const std::scoped_lock lock(mutex_);
            open_ -= connections;
        }
        changed_.notify_all();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t limit_;
    std::size_t open_ = 0;                // idle, leased, or being closed
    std::list<Idle> idle_;                // the one that was used last is at the end
    std::list<std::thread::id> waiting_;  // the one that waits longest is first
};

}  // namespace helpdesk::db
