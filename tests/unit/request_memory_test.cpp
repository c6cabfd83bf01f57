#include "call/request_memory.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "metrics.h"

namespace helpdesk {
namespace {

constexpr std::size_t most = 1000;

class TheMemoryOfRequests : public testing::Test {
  protected:
    RequestMemory::Share take(std::size_t bytes, const void* database = nullptr) const {
        return RequestMemory::take(memory_, database, bytes);
    }

    RequestMemory::Share take_as_stranger(std::size_t bytes) const {
        return RequestMemory::take(memory_, nullptr, bytes, RequestMemory::Sender::stranger);
    }

    static std::uint64_t shown() {
        for (const Sample& sample : samples())
            if (sample.metric == &metric::request_memory)
                return sample.value;
        return 0;
    }

    const std::shared_ptr<RequestMemory> memory_ = std::make_shared<RequestMemory>(most);
};

TEST_F(TheMemoryOfRequests, LeavesAsMuchAsARequestTakes) {
    const auto first = take(500);
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(take(251), nullptr);
    const auto second = take(250);
    EXPECT_NE(second, nullptr);
    EXPECT_EQ(take(126), nullptr);
    EXPECT_NE(take(125), nullptr);
}

TEST_F(TheMemoryOfRequests, HasRoomForAnyRequestThatIsTheOnlyOne) {
    auto only = take(2 * most);
    EXPECT_NE(only, nullptr);
    EXPECT_EQ(take(1), nullptr);
    only.reset();
    EXPECT_NE(take(500), nullptr);
}

TEST_F(TheMemoryOfRequests, GivesADatabaseHalfWhereThereAreSeveral) {
    const int one = 0;
    const int other = 0;
    const auto first = take(250, &one);
    const auto second = take(1, &other);
    const auto third = take(125, &one);
    EXPECT_NE(third, nullptr);
    EXPECT_EQ(take(63, &one), nullptr);
    EXPECT_NE(take(200, &other), nullptr);
}

TEST_F(TheMemoryOfRequests, HasAQuarterForStrangers) {
    const auto first = take_as_stranger(150);
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(take_as_stranger(101), nullptr);
    const auto second = take_as_stranger(100);
    EXPECT_NE(second, nullptr);
    EXPECT_EQ(take_as_stranger(1), nullptr);
    EXPECT_NE(take(375), nullptr);
    // Who shows a key is no stranger any more, and is given back as such.
    RequestMemory::set_known(*first);
    RequestMemory::set_known(*first);
    auto third = take_as_stranger(150);
    EXPECT_NE(third, nullptr);
    EXPECT_EQ(take_as_stranger(1), nullptr);
    third.reset();
    EXPECT_NE(take_as_stranger(150), nullptr);
}

TEST_F(TheMemoryOfRequests, TreatsTheOnlyStrangerAsAnybody) {
    const auto known = take(100);
    EXPECT_EQ(take_as_stranger(451), nullptr);
    EXPECT_NE(take_as_stranger(450), nullptr);
}

TEST_F(TheMemoryOfRequests, IsAllGivenBack) {
    constexpr int count = 4;
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            for (std::size_t bytes = 0; bytes < 3000; ++bytes)
                const auto taken = take(bytes, i % 2 == 0 ? memory_.get() : nullptr);
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(shown(), 0U);
    const auto all = take(most);
    EXPECT_EQ(shown(), most);
    EXPECT_EQ(take(1), nullptr);
}

}  // namespace
}  // namespace helpdesk
