#include "sign_in.h"

#include <gtest/gtest.h>

#include "db/database.h"

namespace helpdesk {
namespace {

using namespace std::chrono_literals;

const SignInMemory::Clock::time_point begin{1h};

TEST(SignInMemory, RemembersUntilTheTimeIsOver) {
    SignInMemory memory;
    const DatabaseSettings database;
    const auto mark = memory.mark(&database, "demo", "password123");
    EXPECT_EQ(memory.find(mark, begin), nullptr);
    memory.remember(mark, "Demo", begin + 60s);
    ASSERT_NE(memory.find(mark, begin + 59s), nullptr);
    EXPECT_EQ(*memory.find(mark, begin + 59s), "Demo");
    EXPECT_EQ(memory.find(mark, begin + 60s), nullptr);
    memory.remember(mark, "Demo", begin + 120s);
    EXPECT_NE(memory.find(mark, begin + 60s), nullptr);
}

TEST(SignInMemory, TellsCredentialsApart) {
    SignInMemory memory;
    const DatabaseSettings one;
    const DatabaseSettings other;
    const auto mark = memory.mark(&one, "demo", "password123");
    EXPECT_EQ(memory.mark(&one, "demo", "password123"), mark);
    EXPECT_NE(memory.mark(&one, "demo", "password124"), mark);
    EXPECT_NE(memory.mark(&one, "demop", "assword123"), mark);
    EXPECT_NE(memory.mark(&other, "demo", "password123"), mark);
    // Whoever reads one memory cannot tell what stands in another.
    EXPECT_NE(SignInMemory().mark(&one, "demo", "password123"), mark);
}

TEST(SignInMemory, ForgetsWhatWouldBeForgottenFirst) {
    SignInMemory memory;
    const auto mark = [&](std::size_t i) { return memory.mark(nullptr, std::to_string(i), ""); };
    for (std::size_t i = 0; i <= SignInMemory::most; ++i)
        memory.remember(mark(i), "demo", begin + std::chrono::seconds((i + 7) % SignInMemory::most));
    const auto first_forgotten = SignInMemory::most - 7;
    for (std::size_t i = 0; i <= SignInMemory::most; ++i)
        EXPECT_EQ(memory.find(mark(i), begin - 1s) == nullptr, i == first_forgotten) << i;
}

}  // namespace
}  // namespace helpdesk
