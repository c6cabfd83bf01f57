// The work of an import: its stages, and how it ends.
#include "call/work.h"
#include "calls/calls.h"
#include "password.h"

namespace helpdesk {
namespace {

using ImportCall = Calls;

TEST_F(ImportCall, ReadsHashesAndWritesSliceBySlice) {
    settings_.reject_unknown = true;
    auto call = this->call(import_request("action=import_customers", "cid,pass,colour\na,secret,red\nb,,\n"));
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->reply().outcome, code::unknown_variable);

    call = this->call(import_request("action=import_customers", "cid,pass\na,secret\nb,\n"));
    execute(call);
    ASSERT_EQ(call->stage(), Stage::hash);
    call->hash();
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    const Reply reply = call->reply();
    EXPECT_EQ(reply.rows, 2U);
    EXPECT_NE(text(reply).find("\"imported_customers\":\"2\""), std::string::npos) << text(reply);
    ASSERT_GE(database().asked.size(), 2U);
    EXPECT_EQ(database().asked[0], "write add_customer a");
    EXPECT_EQ(database().asked[1], "write add_customer b");
}

TEST_F(ImportCall, ThatStopsTellsWhatWasDone) {
    int writes = 0;
    database().write = [&](const Write&) {
        WriteResult added;
        added.added = true;
        return ++writes == 1 ? added : failed_as<WriteResult>(code::database_unavailable);
    };
    auto call = this->call(import_request("action=import_customers", "cid\na\nb\nc\n"));
    execute(call);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->progress(), "the import stopped before its end, with 1 added and 0 updated");
    EXPECT_NE(text(call->reply()).find("why; " + call->progress() + "; it can be sent again"),
              std::string::npos)
        << text(call->reply());
    EXPECT_EQ(writes, 2);

    // A dry run has done nothing.
    writes = 0;
    call = this->call(import_request("action=import_customers&dry_run=Y", "cid\na\nb\n"));
    execute(call);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->progress(), "the dry run of an import stopped before its end");
    EXPECT_EQ(text(call->reply()).find("added"), std::string::npos) << text(call->reply());
}

TEST_F(ImportCall, ThatIsToldToStopComesBackAfterItsRow) {
    std::unique_ptr<Call> call;
    int writes = 0;
    database().write = [&](const Write&) {
        WriteResult added;
        added.added = true;
        if (++writes == 2)
            call->stop();
        return added;
    };
    call = this->call(import_request("action=import_customers", "cid\na\nb\nc\nd\n"));
    execute(call);
    execute(call);
    EXPECT_EQ(call->stage(), Stage::database);
    EXPECT_EQ(writes, 2);
    EXPECT_EQ(call->progress(), "the import stopped before its end, with 2 added and 0 updated");

    // If somebody waits for it all the same, it goes on with the next row.
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    std::erase(database().asked, "group of writes: 0");
    EXPECT_EQ(database().asked, (Texts{"write add_customer a", "write add_customer b", "write add_customer c",
                                       "write add_customer d"}));
    EXPECT_NE(text(call->reply()).find("\"imported_customers\":\"4\""), std::string::npos);
}

TEST_F(ImportCall, ThatIsToldToStopCountsNoRowThatItGaveUp) {
    std::unique_ptr<Call> call;
    int writes = 0;
    database().write = [&](const Write&) {
        WriteResult added;
        added.added = true;
        if (++writes != 2)
            return added;
        call->stop();
        return failed_as<WriteResult>(code::overloaded);
    };
    call = this->call(import_request("action=import_customers", "cid\na\nb\n"));
    execute(call);
    execute(call);
    EXPECT_EQ(call->stage(), Stage::database);
    EXPECT_EQ(call->progress(), "the import stopped before its end, with 1 added and 0 updated");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_NE(
        text(call->reply()).find("\"added\":\"2\",\"updated\":\"0\",\"existing\":\"0\",\"failed\":\"0\""),
        std::string::npos)
        << text(call->reply());
}

TEST_F(ImportCall, ThatNoThreadTookTellsWhatWasDone) {
    auto call = this->call(import_request("action=import_customers", "cid\na\n"));
    execute(call);
    execute(call);
    call = this->call(import_request("action=import_customers&dry_run=Y", "cid\na\n"));
    execute(call);
    call->fail(problem_of_status(503));
    EXPECT_EQ(call->reply().status, 503);
    EXPECT_EQ(text(call->reply()).find("added"), std::string::npos);
}

}  // namespace
}  // namespace helpdesk
