#include "call/sign_in.h"

#include <gtest/gtest.h>

#include "db/database.h"
#include "model/resource.h"
#include "request/check.h"

namespace helpdesk {
namespace {

using namespace std::chrono_literals;

const SignInMemory::Clock::time_point begin{1h};

TEST(SignInMemory, RemembersUntilTheTimeIsOver) {
    SignInMemory memory;
    const DatabaseSettings database;
    const auto mark = memory.mark(&database, customers(), "demo", "password123");
    EXPECT_EQ(memory.find(mark, begin), nullptr);
    memory.remember(mark, "Demo", latest_change(), begin + 60s);
    ASSERT_NE(memory.find(mark, begin + 59s), nullptr);
    EXPECT_EQ(*memory.find(mark, begin + 59s), "Demo");
    EXPECT_EQ(memory.find(mark, begin + 60s), nullptr);
    memory.remember(mark, "Demo", latest_change(), begin + 120s);
    EXPECT_NE(memory.find(mark, begin + 60s), nullptr);
}

TEST(SignInMemory, TellsCredentialsApart) {
    SignInMemory memory;
    const DatabaseSettings one;
    const DatabaseSettings other;
    const auto mark = memory.mark(&one, customers(), "demo", "password123");
    EXPECT_EQ(memory.mark(&one, customers(), "demo", "password123"), mark);
    EXPECT_NE(memory.mark(&one, customers(), "demo", "password124"), mark);
    EXPECT_NE(memory.mark(&one, customers(), "demop", "assword123"), mark);
    EXPECT_NE(memory.mark(&other, customers(), "demo", "password123"), mark);
    EXPECT_NE(memory.mark(&one, technicians(), "demo", "password123"), mark);
    // Whoever reads one memory cannot tell what stands in another.
    EXPECT_NE(SignInMemory().mark(&one, customers(), "demo", "password123"), mark);
}

TEST(SignInMemory, ForgetsWhatWouldBeForgottenFirst) {
    SignInMemory memory;
    const auto mark = [&](std::size_t i) { return memory.mark(nullptr, customers(), std::to_string(i), ""); };
    for (std::size_t i = 0; i <= SignInMemory::most; ++i)
        memory.remember(mark(i), "demo", latest_change(),
                        begin + std::chrono::seconds((i + 7) % SignInMemory::most));
    const auto first_forgotten = SignInMemory::most - 7;
    for (std::size_t i = 0; i <= SignInMemory::most; ++i)
        EXPECT_EQ(memory.find(mark(i), begin - 1s) == nullptr, i == first_forgotten) << i;
}

// A write of the action with these variables, as it came out.
void note(const std::string& action, std::initializer_list<std::pair<const char*, const char*>> given,
          const std::string& answer, Problems outcome = {}, bool added = false) {
    Variables variables;
    variables.add("cid", answer);
    for (const auto& [name, value] : given)
        variables.add(name, value);
    Problems problems;
    const Write write = check(*find_action(action), variables, {}, problems);
    ASSERT_TRUE(problems.empty());
    WriteResult result;
    result.answer = answer;
    result.added = added;
    result.problems = std::move(outcome);
    note_change(write, result);
}

TEST(SignInChanges, EndWhatIsRemembered) {
    SignInMemory memory;
    const auto mark = memory.mark(nullptr, customers(), "demo", "password123");
    const auto remembered = [&] { return memory.find(mark, begin) != nullptr; };
    const auto sign_in = [&] { memory.remember(mark, "Demo", latest_change(), begin + 60s); };
    sign_in();
    note("update_customer", {{"pass", "other"}}, "Demo");
    EXPECT_FALSE(remembered());
    sign_in();
    EXPECT_TRUE(remembered());
    note("update_customer", {{"support", "N"}}, "Demo");
    EXPECT_FALSE(remembered());
    sign_in();
    note("upsert_customer", {{"support", "N"}}, "Demo");
    EXPECT_FALSE(remembered());
    sign_in();
    note("delete_customer", {}, "Demo");
    EXPECT_FALSE(remembered());
    // A check that read the credentials before the change says nothing of those after it.
    const ChangeNumber before = latest_change();
    note("update_customer", {{"pass", "other"}}, "Demo");
    memory.remember(mark, "Demo", before, begin + 60s);
    EXPECT_FALSE(remembered());
}

TEST(SignInChanges, OtherWritesEndNothing) {
    const ChangeNumber before = latest_change();
    note("update_customer", {{"city", "Rome"}, {"pass", ""}}, "Demo");
    note("add_customer", {{"pass", "password123"}}, "Demo", {}, true);
    note("upsert_customer", {{"pass", "password123"}}, "Demo", {}, true);
    note("update_customer", {{"pass", "other"}}, "Demo", {{code::not_found, "", ""}});
    EXPECT_EQ(latest_change(), before);
    note("update_customer", {{"pass", "other"}}, "another");
    EXPECT_FALSE(changed_since("Demo", before));
    EXPECT_TRUE(changed_since("another", before));
}

TEST(SignInChanges, AnOutcomeThatNobodyKnowsEndsAll) {
    const ChangeNumber before = latest_change();
    note("delete_customer", {}, "Demo", {{code::outcome_unknown, "", ""}});
    EXPECT_TRUE(changed_since("another", before));
    EXPECT_FALSE(changed_since("another", latest_change()));
}

}  // namespace
}  // namespace helpdesk
