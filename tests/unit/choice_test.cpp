#include "db/session/choice.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

namespace helpdesk::db {
namespace {

// Keeps decisions in memory of their own, all zero as nginx gives it.
struct alignas(64) Line {
    std::array<std::byte, 64> bytes{};
};

class SharedChoices : public testing::Test {
  protected:
    SharedChoices() { share_choices(std::as_writable_bytes(std::span(memory_))); }

    const Choice::Id a_ = Choice::id_of("a:3306");
    const Choice::Id b_ = Choice::id_of("b:3306");
    const Choice::Id c_ = Choice::id_of("unix:/c");

  private:
    // As long as the process, as share_choices() asks; each test has the next part.
    static inline std::vector<Line> all_{256};
    static inline std::size_t used_ = 0;
    std::span<Line> memory_ = std::span(all_).subspan(std::exchange(used_, used_ + 16), 16);
};

TEST_F(SharedChoices, BeginWithTheFirstServer) {
    EXPECT_EQ(Choice("helpdesk", {b_, a_}).current().server, b_);
}

TEST_F(SharedChoices, MoveOnceForAll) {
    Choice one("helpdesk", {a_, b_, c_});
    const Choice other("helpdesk", {a_, b_, c_});
    const auto first = one.current();
    EXPECT_TRUE(one.move(first, b_));
    EXPECT_EQ(other.current().server, b_);
    EXPECT_FALSE(one.move(first, c_));
    EXPECT_EQ(other.current().server, b_);
    EXPECT_TRUE(one.move(one.current(), a_));
    EXPECT_EQ(other.current().server, a_);
    // The server is the same as in the first decision, but the decision is not.
    EXPECT_FALSE(one.move(first, c_));
}

TEST_F(SharedChoices, StayWhenServersAreAddedRemovedOrOrderedAnew) {
    Choice before("helpdesk", {a_, b_});
    before.move(before.current(), b_);
    EXPECT_EQ(Choice("helpdesk", {b_, a_}).current().server, b_);
    EXPECT_EQ(Choice("helpdesk", {a_, c_, b_}).current().server, b_);
    EXPECT_EQ(Choice("helpdesk", {c_, b_}).current().server, b_);
    // One decision: workers of before the reload, which still answer, follow.
    Choice after("helpdesk", {a_, b_, c_});
    after.move(after.current(), c_);
    EXPECT_EQ(before.current().server, c_);
}

TEST_F(SharedChoices, BeginAnewWithoutTheServerInUse) {
    Choice before("helpdesk", {a_, b_});
    before.move(before.current(), b_);
    EXPECT_EQ(Choice("helpdesk", {a_, c_}).current().server, a_);
    // The decision that was joined last counts, not the older one for b.
    EXPECT_EQ(Choice("helpdesk", {b_, a_}).current().server, a_);
}

TEST_F(SharedChoices, AreApartForDatabasesOfOtherNamesOrServers) {
    Choice one("helpdesk", {a_, b_});
    const Choice other_name("other", {a_, b_});
    const Choice other_servers("helpdesk", {c_});
    one.move(one.current(), b_);
    EXPECT_EQ(other_name.current().server, a_);
    EXPECT_EQ(other_servers.current().server, c_);
}

TEST_F(SharedChoices, ThatFindNoRoomAreTheirOwn) {
    constexpr int count = 20;
    std::vector<Choice> choices;
    choices.reserve(count);
    for (int i = 0; i < count; ++i)
        choices.emplace_back("database" + std::to_string(i), std::vector<Choice::Id>{a_, b_});
    for (Choice& choice : choices)
        EXPECT_TRUE(choice.move(choice.current(), b_));
    for (const Choice& choice : choices)
        EXPECT_EQ(choice.current().server, b_);
    EXPECT_EQ(Choice("database0", {a_, b_}).current().server, b_);
    EXPECT_EQ(Choice("database19", {a_, b_}).current().server, a_);
}

TEST_F(SharedChoices, MadeAtTheSameTimeAreOne) {
    constexpr int count = 8;
    std::atomic<int> moved = 0;
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (int i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            Choice choice("helpdesk", {a_, b_, c_});
            moved += choice.move({a_, 0}, i % 2 == 0 ? b_ : c_) ? 1 : 0;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(moved, 1);
}

}  // namespace
}  // namespace helpdesk::db
