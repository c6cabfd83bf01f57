// The work of an erasure: its pieces, and how it ends.
#include "call/work.h"
#include "calls/calls.h"

namespace helpdesk {
namespace {

using ErasureCall = Calls;

TEST_F(ErasureCall, ComesAfterItsPieces) {
    int pieces = 0;
    std::vector<std::string> tags;
    database().piece = [&](Write& write) {
        ErasedPiece piece;
        piece.more = ++pieces < 3;
        write.erased.records_done += 32;
        return piece;
    };
    database().write = [&](const Write& write) {
        tags = write.if_match;
        EXPECT_EQ(write.erased.records_done, 96U);
        WriteResult result;
        result.answer = "erased-7";
        return result;
    };
    Request request = this->request("action=erase_customer&cid=x");
    request.if_match = "\"7-1\"";
    auto call = this->call(request);
    EXPECT_TRUE(call->takes_long());
    for (int i = 0; i < 2; ++i) {
        execute(call);
        ASSERT_EQ(call->stage(), Stage::database);
    }
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_NE(text(call->reply()).find("\"erased_customer\":\"erased-7\""), std::string::npos);
    EXPECT_EQ(database().asked, (Texts{"piece erase_customer x", "piece erase_customer x",
                                       "piece erase_customer x", "write erase_customer x"}));
    EXPECT_TRUE(tags.empty());
}

TEST_F(ErasureCall, EndsWithItsClientOnceItHasBegun) {
    database().piece = [](Write&) {
        ErasedPiece piece;
        piece.more = true;
        return piece;
    };
    auto call = this->call("action=erase_customer&cid=x");
    EXPECT_FALSE(call->ends_with_client());
    EXPECT_EQ(call->progress(), "");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::database);
    EXPECT_TRUE(call->ends_with_client());
    // A piece of one record alone, which has more parts.
    EXPECT_EQ(call->progress(), "the erasure stopped before its end, with 0 records done");
    call->fail(problem_of_status(503));
    EXPECT_NE(text(call->reply()).find("with 0 records done; it can be sent again"), std::string::npos);
}

TEST_F(ErasureCall, ThatFitsOneTransactionIsTheWriteAlone) {
    std::vector<std::string> tags;
    database().write = [&](const Write& write) {
        tags = write.if_match;
        return WriteResult{};
    };
    Request request = this->request("action=erase_customer&cid=x");
    request.if_match = "\"7-1\"";
    auto call = this->call(request);
    execute(call);
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(tags.size(), 1U);
}

TEST_F(ErasureCall, ThatStopsSaysHowFarItCame) {
    bool fails = false;
    database().piece = [&](Write& write) {
        if (fails)
            return failed_as<ErasedPiece>(code::overloaded);
        write.erased.records_done = 32;
        ErasedPiece piece;
        piece.more = true;
        return piece;
    };
    auto call = this->call("action=erase_customer&cid=x");
    execute(call);
    fails = true;
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_NE(text(call->reply()).find("with 32 records done; it can be sent again"), std::string::npos);
    EXPECT_EQ(database().asked.size(), 2U);
}

}  // namespace
}  // namespace helpdesk
