#include "db/session/pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <memory>
#include <mutex>

#include <string>
#include <vector>

namespace helpdesk::db {
namespace {

using namespace std::chrono_literals;

// Fake connections with names; a pool's test sees which were closed, and how many were open at once.
class Pools : public testing::Test {
  protected:
    class Opened {
      public:
        Opened(Pools& test, std::string name) : name(std::move(name)), test_(test) {
            const std::scoped_lock lock(test_.mutex_);
            test_.most_open_ = std::max(test_.most_open_, ++test_.open_);
        }
        Opened(const Opened&) = delete;
        Opened& operator=(const Opened&) = delete;
        ~Opened() {
            const std::scoped_lock lock(test_.mutex_);
            --test_.open_;
            test_.closed_ += name + " ";
        }
        const std::string name;

      private:
        Pools& test_;
    };
    using TestPool = Pool<std::unique_ptr<Opened>>;
    using Lease = TestPool::Lease;

    // A lease with a connection of that name, which is opened if none is idle.
    std::optional<Lease> take(TestPool& pool, const int& owner, const std::string& name,
                              TestPool::Clock::duration patience = 0s) {
        auto lease = pool.take(&owner, patience);
        if (lease && !lease->item)
            lease->item.emplace(std::make_unique<Opened>(*this, name));
        return lease;
    }
    static void give_back(std::optional<Lease>& lease, const int& owner, std::chrono::seconds timeout = 60s) {
        std::move(*lease).give_back(&owner, timeout);
        lease.reset();
    }
    static std::string name(const std::optional<Lease>& lease) {
        return lease ? (*lease->item)->name : "none";
    }
    static void wait_for_waiting(const TestPool& pool, std::size_t threads) {
        while (pool.waiting() != threads)
            std::this_thread::yield();
    }

    const int a_ = 1;
    const int b_ = 2;
    const int c_ = 3;
    std::mutex mutex_;
    std::size_t open_ = 0;
    std::size_t most_open_ = 0;
    std::string closed_;
};

TEST_F(Pools, AConnectionIsKeptForTheNextCallOfItsOwner) {
    TestPool pool(2);
    auto lease = take(pool, a_, "a");
    give_back(lease, a_);
    EXPECT_FALSE(pool.take_idle(&b_));
    EXPECT_EQ(name(pool.take_idle(&a_)), "a");
    EXPECT_EQ(closed_, "a ");  // its lease ended
    EXPECT_EQ(pool.open(), 0U);
}

TEST_F(Pools, WhatWasUsedLastIsUsedNext) {
    TestPool pool(3);
    auto first = take(pool, a_, "first");
    auto second = take(pool, a_, "second");
    auto third = take(pool, a_, "third");
    give_back(second, a_);
    give_back(third, a_);
    give_back(first, a_);
    auto next = take(pool, a_, "new");
    EXPECT_EQ(name(next), "first");
    EXPECT_EQ(name(take(pool, a_, "new")), "third");
}

TEST_F(Pools, TheLongestIdleOfAnotherGivesWay) {
    TestPool pool(3);
    auto a = take(pool, a_, "a");
    auto b = take(pool, b_, "b");
    auto busy = take(pool, b_, "busy");
    give_back(a, a_);
    give_back(b, b_);
    auto c = take(pool, c_, "c");
    EXPECT_EQ(closed_, "a ");
    EXPECT_TRUE(c->took_place);
    auto more = take(pool, c_, "more");
    EXPECT_EQ(closed_, "a b ");
    EXPECT_EQ(pool.open(), 3U);
    EXPECT_EQ(most_open_, 3U);
    EXPECT_FALSE(pool.take(&a_, 0s));
}

TEST_F(Pools, NoneGivesWayWhileThereIsRoom) {
    TestPool pool(2);
    auto a = take(pool, a_, "a");
    give_back(a, a_);
    auto b = take(pool, b_, "b");
    EXPECT_FALSE(b->took_place);
    EXPECT_EQ(closed_, "");
    EXPECT_EQ(pool.idle(), 1U);
}

TEST_F(Pools, AConnectionThatIsNotGivenBackLeavesRoom) {
    TestPool pool(1);
    auto lease = take(pool, a_, "a");
    EXPECT_FALSE(take(pool, a_, "more"));
    lease.reset();
    EXPECT_EQ(name(take(pool, b_, "b")), "b");
}

TEST_F(Pools, ACallThatCouldNotConnectLeavesRoom) {
    TestPool pool(1);
    auto room = pool.take(&a_, 0s);
    EXPECT_FALSE(room->item);
    room.reset();
    EXPECT_TRUE(pool.take(&a_, 0s));
}

TEST_F(Pools, WhileAllAreBusyACallWaitsForOne) {
    TestPool pool(1);
    auto busy = take(pool, a_, "a");
    std::string got;
    std::thread waiting([&] { got = name(take(pool, a_, "new", 1h)); });
    wait_for_waiting(pool, 1);
    give_back(busy, a_);
    waiting.join();
    EXPECT_EQ(got, "a");
}

TEST_F(Pools, WhoWaitedLongestGoesFirst) {
    TestPool pool(1);
    auto busy = take(pool, a_, "a");
    std::vector<std::string> order;
    std::vector<std::thread> threads;
    for (const std::string name : {"first", "second", "third"}) {
        threads.emplace_back([&, name] {
            auto lease = take(pool, b_, "b", 1h);
            order.push_back(name);
            give_back(lease, b_);
        });
        wait_for_waiting(pool, threads.size());
    }
    give_back(busy, a_);
    // Even the owner of what is idle now waits behind them.
    auto own = take(pool, a_, "own", 1h);
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(order, (std::vector<std::string>{"first", "second", "third"}));
    EXPECT_EQ(name(own), "own");
    EXPECT_EQ(most_open_, 1U);
}

// Whichever thread is quicker: one may look before those that go first have gone.
TEST_F(Pools, AsManyGoAsThereIsRoomFor) {
    constexpr std::size_t many = 8;
    for (int round = 0; round < 30; ++round) {
        TestPool pool(many);
        std::vector<Lease> busy;
        for (std::size_t i = 0; i < many; ++i)
            busy.push_back(std::move(*pool.take(&a_, 0s)));
        std::latch all(many);
        std::atomic<std::size_t> came = 0;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < many; ++i)
            threads.emplace_back([&] {
                const auto lease = pool.take(&b_, 10s);
                came += lease ? 1 : 0;
                all.arrive_and_wait();
            });
        wait_for_waiting(pool, many);
        busy.clear();
        for (std::thread& thread : threads)
            thread.join();
        ASSERT_EQ(came, many);
    }
}

// Whichever thread is quicker after the connection was given back.
TEST_F(Pools, AnIdleConnectionIsForWhoWaits) {
    for (int round = 0; round < 100; ++round) {
        TestPool pool(1);
        auto busy = take(pool, a_, "a");
        std::thread waiting([&] { EXPECT_TRUE(take(pool, b_, "b", 1h)); });
        wait_for_waiting(pool, 1);
        give_back(busy, a_);
        EXPECT_FALSE(pool.take_idle(&a_));
        waiting.join();
    }
}

TEST_F(Pools, AWaitHasAnEnd) {
    TestPool pool(1);
    auto busy = take(pool, a_, "a");
    EXPECT_FALSE(take(pool, b_, "b", 1ms));
    EXPECT_EQ(pool.waiting(), 0U);
    give_back(busy, a_);
    EXPECT_EQ(name(take(pool, b_, "b")), "b");
}

TEST_F(Pools, ConnectionsThatWereIdleForTooLongAreClosed) {
    TestPool pool(3);
    auto a = take(pool, a_, "a");
    auto b = take(pool, b_, "b");
    auto busy = take(pool, a_, "busy");
    give_back(a, a_, 10s);
    give_back(b, b_, 60s);
    pool.close_overdue();
    EXPECT_EQ(closed_, "");
    pool.close_overdue(TestPool::Clock::now() + 11s);
    EXPECT_EQ(closed_, "a ");
    pool.close_overdue(TestPool::Clock::now() + 61s);
    EXPECT_EQ(closed_, "a b ");
    EXPECT_EQ(pool.open(), 1U);
}

TEST_F(Pools, IdleConnectionsOfOneOrOfAllAreClosed) {
    TestPool pool(4);
    auto a = take(pool, a_, "a");
    auto b = take(pool, b_, "b");
    auto c = take(pool, c_, "c");
    give_back(a, a_);
    give_back(b, b_);
    give_back(c, c_);
    EXPECT_EQ(pool.close_idle(&b_), 1U);
    EXPECT_EQ(closed_, "b ");
    EXPECT_EQ(pool.close_idle(), 2U);
    EXPECT_EQ(pool.close_idle(), 0U);
    EXPECT_EQ(pool.open(), 0U);
}

TEST_F(Pools, ALowerLimitCountsAtOnce) {
    TestPool pool(3);
    auto idle = take(pool, a_, "idle");
    auto busy = take(pool, a_, "busy");
    auto late = take(pool, a_, "late");
    give_back(idle, a_);
    pool.lower_limit(1);
    EXPECT_EQ(closed_, "idle ");
    give_back(late, a_);
    EXPECT_EQ(closed_, "idle late ");
    EXPECT_FALSE(pool.take(&b_, 0s));
    give_back(busy, a_);
    EXPECT_EQ(pool.idle(), 1U);
    pool.lower_limit(2);
    EXPECT_EQ(pool.limit(), 1U);
}

TEST_F(Pools, ThreadsOfManyOwnersNeverHaveMoreThanTheLimit) {
    TestPool pool(3);
    const std::array<int, 5> owners{};
    std::atomic<int> done = 0;
    constexpr int count = 8;
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 500; ++round) {
                const int& owner = owners.at(static_cast<std::size_t>(i + round) % owners.size());
                auto lease = take(pool, owner, std::to_string(&owner - owners.data()), 1h);
                done += name(lease) == std::to_string(&owner - owners.data()) ? 1 : 0;
                if (round % 7 != 0)
                    give_back(lease, owner);
                if (round % 50 == 0)
                    pool.close_idle();
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(done, 4000);
    EXPECT_LE(most_open_, 3U);
    EXPECT_EQ(pool.open(), pool.idle());
}

}  // namespace
}  // namespace helpdesk::db
