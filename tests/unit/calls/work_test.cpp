// Each kind of work: its stages, and how it ends.
#include "call/work.h"

#include <numeric>
#include <thread>

#include "calls/calls.h"
#include "metrics.h"
#include "password.h"

namespace helpdesk {
namespace {

using WriteCall = Calls;
using ListCall = Calls;
using SignInCall = Calls;
using HealthCall = Calls;
using AnyCall = Calls;

TEST_F(WriteCall, GoesToTheDatabaseAndAnswersWithItsOutput) {
    auto call = this->call("action=add_customer&cid=x");
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    EXPECT_EQ(call->stage(), Stage::done);
    const Reply reply = call->reply();
    EXPECT_NE(text(reply).find("\"added_customer\":\"x\""), std::string::npos) << text(reply);
    EXPECT_EQ(reply.rows, 1U);
    EXPECT_EQ(database().asked, (Texts{"write add_customer x"}));
}

TEST_F(WriteCall, HashesAPasswordFirst) {
    std::string stored;
    database().write = [&](const Write& write) {
        for (const Value& value : write.values)
            if (value.variable->kind->hashed)
                stored = value.text.value_or("");
        return WriteResult{};
    };
    auto call = this->call("action=update_customer&cid=x&pass=secret");
    ASSERT_EQ(call->stage(), Stage::hash);
    call->hash();
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    EXPECT_TRUE(verify_password("secret", stored, lowest_bcrypt_cost));
}

TEST_F(WriteCall, TellsHowLongItWaitedInAll) {
    constexpr std::chrono::milliseconds wait(20);
    auto call = this->call("action=update_customer&cid=x&pass=secret");
    std::this_thread::sleep_for(wait);
    call->hash();
    std::this_thread::sleep_for(wait);
    execute(call);
    EXPECT_GE(call->reply().times.queue, 2 * wait);
}

TEST_F(WriteCall, AnUpsertAnswersAsTheAddThatItCameTo) {
    database().write = [](const Write& write) {
        WriteResult result;
        result.answer = write.identifier;
        result.added = true;
        return result;
    };
    auto call = this->call("action=upsert_customer&cid=x");
    execute(call);
    EXPECT_NE(text(call->reply()).find("\"added_customer\":\"x\""), std::string::npos);
}

TEST_F(WriteCall, ARepeatSaysSoAndChangesNothing) {
    database().write = [](const Write&) {
        WriteResult result;
        result.repeated = true;
        return result;
    };
    auto call = this->call("action=delete_customer&cid=x");
    execute(call);
    const Reply reply = call->reply();
    ASSERT_EQ(reply.headers.size(), 1U);
    EXPECT_EQ(reply.headers.front().first, "Idempotent-Replayed");
    EXPECT_EQ(reply.rows, 0U);
}

TEST_F(WriteCall, AFailedOneAnswersWithItsProblem) {
    database().write = [](const Write&) { return failed_as<WriteResult>(code::not_found); };
    auto call = this->call("action=delete_customer&cid=x");
    execute(call);
    EXPECT_TRUE(call->failed());
    const Reply reply = call->reply();
    EXPECT_EQ(reply.status, 404);
    EXPECT_NE(text(reply).find("why"), std::string::npos) << text(reply);
    EXPECT_EQ(reply.log, "log");
    EXPECT_EQ(reply.rows, 0U);
}

TEST_F(WriteCall, ThatTurnsOutToTakeLongIsBegunAgain) {
    std::vector<bool> only_if_short;
    database().write = [&](const Write& write) {
        only_if_short.push_back(write.only_if_short);
        WriteResult result;
        result.takes_long = write.only_if_short;
        result.answer = "7";
        return result;
    };
    auto call = this->call("action=update_history&id=7&notes=x");
    EXPECT_FALSE(call->takes_long());
    execute(call);
    ASSERT_EQ(call->stage(), Stage::database);
    EXPECT_TRUE(call->takes_long());
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_NE(text(call->reply()).find("\"updated_history\":\"7\""), std::string::npos);
    EXPECT_EQ(only_if_short, (std::vector<bool>{true, false}));
}

TEST_F(WriteCall, AnAddAsksTheGeocoderForItsAddress) {
    settings_.geocoder = true;
    auto call = this->call("action=add_customer&cid=x&city=Ulm&pass=secret");
    ASSERT_EQ(call->stage(), Stage::ask);
    EXPECT_NE(call->query().find("city=Ulm"), std::string::npos);
    EXPECT_EQ(call->apply_reply({.status = 200, .body = R"([{"lat":"48.4","lon":"9.98"}])"}), "");
    ASSERT_EQ(call->stage(), Stage::hash);
    call->hash();
    std::string latitude;
    database().write = [&](const Write& write) {
        for (const Value& value : write.values)
            if (value.variable->name == "latitude")
                latitude = value.text.value_or("");
        return WriteResult{};
    };
    execute(call);
    EXPECT_NE(latitude.find("48.4"), std::string::npos) << latitude;
}

TEST_F(WriteCall, IsStoredWithoutCoordinatesThatNobodyKnows) {
    settings_.geocoder = true;
    auto call = this->call("action=add_customer&cid=x&city=Ulm");
    const std::string warning = call->apply_reply({.status = 200, .body = "[]"});
    EXPECT_NE(warning.find("locate_customer asks again"), std::string::npos) << warning;
    EXPECT_EQ(call->stage(), Stage::database);
}

TEST_F(WriteCall, AnUpdateReadsTheStoredAddressFirst) {
    settings_.geocoder = true;
    database().shares = true;
    database().values = [] {
        StoredValues stored;
        stored.exists = true;
        stored.values = {"1.5", "2.5", "Main St", "Ulm", "", "89073", "DE"};
        return stored;
    };
    auto call = this->call("action=update_customer&cid=x&city=Bonn");
    ASSERT_EQ(call->stage(), Stage::database);
    EXPECT_EQ(call->sharing(), Call::Sharing::none);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::ask);
    EXPECT_NE(call->query().find("street=Main%20St&city=Bonn"), std::string::npos);
    call->apply_reply({.failure = "it is away"});
    ASSERT_EQ(call->stage(), Stage::database);
    EXPECT_EQ(call->sharing(), Call::Sharing::write);
    execute(call);
    EXPECT_EQ(database().asked, (Texts{"values", "write update_customer x"}));

    // The address stays: nothing is to be asked, and the write follows at once.
    call = this->call("action=update_customer&cid=x&city=Ulm");
    execute(call);
    EXPECT_EQ(call->stage(), Stage::done);
}

TEST_F(WriteCall, ALookUpOfNothingElseFailsWithoutCoordinates) {
    settings_.geocoder = true;
    database().values = [] {
        StoredValues stored;
        stored.exists = true;
        stored.values = {"", "", "Main St", "Ulm", "", "", ""};
        return stored;
    };
    auto call = this->call("action=locate_customer&cid=x");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::ask);
    call->apply_reply({.status = 200, .body = "[]"});
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->reply().outcome, code::not_located);
    EXPECT_EQ(database().asked, (Texts{"values"}));
}

TEST_F(WriteCall, SharesItsStatementsWithOthers) {
    database().shares = true;
    database().write = [](const Write& write) {
        WriteResult result;
        if (write.identifier == "bad")
            static_cast<Outcome&>(result) = failed(code::already_exists);
        result.answer = write.identifier;
        return result;
    };
    std::vector<std::unique_ptr<Call>> calls;
    for (const char* cid : {"one", "bad", "two"})
        calls.push_back(call(std::string("action=add_customer&cid=") + cid));
    calls.push_back(call("action=get_customers&cid=x"));
    Call::execute(calls);
    EXPECT_EQ(calls[0]->reply().status, 200);
    EXPECT_EQ(calls[1]->reply().outcome, code::already_exists);
    EXPECT_NE(text(calls[2]->reply()).find("two"), std::string::npos);
    EXPECT_EQ(std::count(database().asked.begin(), database().asked.end(), "group of writes: 3"), 1);
}

// A list that gives records, and leaves the last ones to another page.
ReadResult one_page(const Reading& reading, int records, bool last) {
    const std::size_t outputs = reading.selection.action->resource.outputs.size();
    const StoredRecord record{.number = 1,
                              .version = 1,
                              .changed = 0,
                              .values = std::vector<std::string>(outputs, "1"),
                              .fields = {},
                              .left_out = {}};
    for (int i = 0; i < records; ++i)
        reading.sink.record(record);
    reading.position.found = true;
    if (last)
        reading.position.rest = {};
    else
        reading.position.rest.add({.id = 9});
    return {};
}

TEST_F(ListCall, OfOneRecordHasItsEntityTag) {
    database().read = [](const Reading& reading) { return one_page(reading, 1, true); };
    auto call = this->call("action=get_customers&cid=x");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    const Reply reply = call->reply();
    ASSERT_EQ(reply.headers.size(), 1U);
    EXPECT_EQ(reply.headers.front(),
              (std::pair<std::string_view, std::string>("ETag", entity_tag("1", "1"))));
    EXPECT_EQ(reply.rows, 1U);
    EXPECT_NE(text(reply).find("\"customers\""), std::string::npos);
}

TEST_F(ListCall, OfARecordThatIsNotAsRequiredFails) {
    database().read = [](const Reading& reading) { return one_page(reading, 1, true); };
    Request with = request("action=get_customers&cid=x");
    with.if_match = "\"7-7\"";
    auto call = this->call(with);
    execute(call);
    EXPECT_EQ(call->reply().status, 412);
    EXPECT_EQ(call->reply().rows, 0U);
}

TEST_F(ListCall, IsSentPageByPage) {
    int pages = 0;
    database().read = [&](const Reading& reading) { return one_page(reading, 2, ++pages == 2); };
    auto call = this->call("action=get_customers&cid=*");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::send);
    EXPECT_TRUE(call->reply().body.empty());
    EXPECT_FALSE(call->part().empty());
    EXPECT_FALSE(call->is_last_part());
    call->sent();
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::send);
    EXPECT_TRUE(call->is_last_part());
    EXPECT_EQ(call->reply().rows, 4U);
}

// How often it was at the database, for the metrics.
std::uint64_t counted(std::string_view action) {
    for (const Sample& sample : samples())
        if (sample.metric == &metric::database_time && sample.values.front() == action)
            return std::accumulate(sample.buckets.begin(), sample.buckets.end(), std::uint64_t{0});
    return 0;
}

TEST_F(ListCall, OfSeveralPagesIsCountedOnce) {
    int pages = 0;
    database().read = [&](const Reading& reading) { return one_page(reading, 2, ++pages == 2); };
    const std::uint64_t before = counted("get_customers");
    auto call = this->call("action=get_customers&cid=*");
    execute(call);
    EXPECT_EQ(counted("get_customers"), before);
    call->sent();
    execute(call);
    EXPECT_EQ(counted("get_customers"), before + 1);
}

TEST_F(ListCall, ThatFailsOnItsWayTellsWhatItGave) {
    int pages = 0;
    database().read = [&](const Reading& reading) {
        return ++pages == 1 ? one_page(reading, 2, false) : failed_as<ReadResult>(code::database_unavailable);
    };
    auto call = this->call("action=get_customers&cid=*");
    execute(call);
    call->sent();
    execute(call);
    ASSERT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->reply().status, 503);
    EXPECT_EQ(call->reply().rows, 2U);
}

TEST_F(ListCall, OfAWalkPausesAndGivesUpOnAClockThatStands) {
    database().read = [](const Reading&) {
        ReadResult result;
        result.pause = std::chrono::milliseconds(5);
        result.read_until = "2024-01-01";
        return result;
    };
    auto call = this->call("action=get_customers&updated_since=1/1/2024");
    for (int i = 0; i < 3; ++i) {
        execute(call);
        ASSERT_EQ(call->stage(), Stage::pause);
        EXPECT_EQ(call->pause(), std::chrono::milliseconds(5));
        call->end_pause();
        ASSERT_EQ(call->stage(), Stage::database);
    }
    execute(call);
    EXPECT_EQ(call->reply().outcome, code::database_unsuitable);
}

TEST_F(ListCall, AnswersTheNumberOfRecords) {
    database().read = [](const Reading&) {
        ReadResult result;
        result.count = 42;
        return result;
    };
    auto call = this->call("action=get_customers&cid=*&count_only=Y");
    execute(call);
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_NE(text(call->reply()).find("42"), std::string::npos);
}

TEST_F(ListCall, OfOneRecordSharesWithOthers) {
    database().read = [](const Reading& reading) { return one_page(reading, 1, true); };
    std::vector<std::unique_ptr<Call>> calls;
    for (const char* cid : {"one", "two"})
        calls.push_back(call(std::string("action=get_customers&cid=") + cid));
    Call::execute(calls);
    for (const auto& call : calls)
        EXPECT_EQ(call->reply().rows, 1U);
    EXPECT_EQ(database().asked, (Texts{"group of reads: 2"}));
}

TEST_F(ListCall, OfAnExportIsAFileInParts) {
    database().read = [](const Reading& reading) { return one_page(reading, 1, true); };
    auto call = this->call("action=export_customers&cid=*&format=ndjson");
    execute(call);
    ASSERT_EQ(call->stage(), Stage::send);
    const Reply reply = call->reply();
    ASSERT_EQ(reply.headers.size(), 1U);
    EXPECT_EQ(reply.headers.front().second, "attachment; filename=\"customers.ndjson\"");
    EXPECT_TRUE(call->is_last_part());
}

Credentials credentials(bool allowed) {
    Credentials result;
    result.password_hash = hash_password("right", lowest_bcrypt_cost);
    result.allowed = allowed;
    result.identifier = "Ann";
    result.outputs = {"Y", "2"};
    return result;
}

TEST_F(SignInCall, ReadsTheHashThenCompares) {
    database().credentials = [] { return credentials(true); };
    auto call = Call::sign_in(settings_, customers(), "ann", "right");
    ASSERT_EQ(call->stage(), Stage::database);
    execute(call);
    ASSERT_EQ(call->stage(), Stage::hash);
    EXPECT_EQ(call->signed_in(), "");
    call->hash();
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->signed_in(), "Ann");
    EXPECT_EQ(Call::sign_in(settings_, customers(), "", "right"), nullptr);
}

TEST_F(SignInCall, TellsNothingToWhoeverHasNotShownThePassword) {
    for (const auto& [password, allowed, answer, outputs] :
         {std::tuple("right", true, "\"verified_customer\":\"Y\"", "\"portal\":\"2\""),
          std::tuple("right", false, "\"verified_customer\":\"N\"", "\"portal\":\"2\""),
          std::tuple("wrong", true, "\"verified_customer\":\"N\"", "\"portal\":\"\"")}) {
        database().credentials = [allowed = allowed] { return credentials(allowed); };
        auto call = this->call(std::string("action=verify_customer&cid=ann&pass=") + password);
        execute(call);
        call->hash();
        const std::string told = text(call->reply());
        EXPECT_NE(told.find(answer), std::string::npos) << told;
        EXPECT_NE(told.find(outputs), std::string::npos) << told;
    }
}

TEST_F(SignInCall, FailsWithTheDatabase) {
    database().credentials = [] { return failed_as<Credentials>(code::database_unavailable); };
    auto call = Call::sign_in(settings_, customers(), "ann", "right");
    execute(call);
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_TRUE(call->failed());
    EXPECT_EQ(call->signed_in(), "");
}

TEST_F(HealthCall, AnswersWhetherAWriteCouldBeServed) {
    auto call = Call::health_check(settings_);
    EXPECT_EQ(call->sharing(), Call::Sharing::health);
    execute(call);
    EXPECT_EQ(text(call->reply()), "{\"status\":\"ok\"}");
    database().health = [] { return failed(code::database_unavailable); };
    call = Call::health_check(settings_);
    execute(call);
    EXPECT_EQ(call->reply().status, 503);
    EXPECT_NE(text(call->reply()).find("unavailable"), std::string::npos);
}

TEST_F(AnyCall, ThatThrowsEndsWith500AndHarmsNoOther) {
    database().write = [](const Write& write) -> WriteResult {
        if (write.identifier == "bad")
            throw std::runtime_error("it broke");
        return {};
    };
    std::vector<std::unique_ptr<Call>> calls;
    for (const char* cid : {"one", "bad", "two"})
        calls.push_back(call(std::string("action=add_customer&cid=") + cid));
    Call::execute(calls);
    EXPECT_EQ(calls[0]->reply().status, 200);
    EXPECT_EQ(calls[1]->reply().status, 500);
    EXPECT_EQ(calls[1]->reply().log, "it broke");
    EXPECT_EQ(calls[2]->reply().status, 200);
}

TEST_F(AnyCall, ThatNoThreadTookFails) {
    auto call = this->call("action=get_customers&cid=x");
    call->fail(problem_of_status(503));
    EXPECT_EQ(call->stage(), Stage::done);
    EXPECT_EQ(call->reply().log, "no thread accepted the call");
    EXPECT_TRUE(database().asked.empty());
}

}  // namespace
}  // namespace helpdesk
