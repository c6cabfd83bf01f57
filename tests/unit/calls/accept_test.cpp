#include "request/accept.h"

#include "calls/calls.h"

namespace helpdesk {
namespace {

class Accept : public Calls {
  protected:
    void expect_refused(const Request& request, std::string_view code, std::string_view words) {
        const Reply reply = refusal(request);
        EXPECT_EQ(reply.outcome, code);
        EXPECT_NE(text(reply).find(words), std::string::npos) << text(reply);
        EXPECT_TRUE(fake_database().asked.empty());
    }
};

TEST_F(Accept, BeginsTheWorkOfTheVerb) {
    EXPECT_TRUE(call("action=add_customer&cid=x")->changes());
    EXPECT_EQ(call("action=get_customers&cid=x")->sharing(), Call::Sharing::read);
    EXPECT_TRUE(call("action=export_customers&cid=*")->takes_long());
    EXPECT_TRUE(call("action=merge_customer&cid=x&into_cid=y&dry_run=Y")->takes_long());
    EXPECT_TRUE(call("action=merge_tickets&tid=1&into_tid=2")->takes_long());
    EXPECT_TRUE(call("action=purge_ticket&tid=1")->takes_long());
    EXPECT_TRUE(call("action=erase_customer&cid=x")->takes_long());
    EXPECT_TRUE(call("action=delete_ticket_field&id=1&force=Y")->takes_long());
    EXPECT_FALSE(call("action=delete_ticket_field&id=1&force=N")->takes_long());
    EXPECT_FALSE(call("action=delete_ticket&tid=1")->takes_long());
    EXPECT_TRUE(call(import_request("action=import_customers", "cid\nx\n"))->ends_with_client());
    EXPECT_EQ(call("action=verify_customer&cid=x&pass=y")->stage(), Stage::database);
    EXPECT_TRUE(fake_database().asked.empty());
}

TEST_F(Accept, RefusesACallerWithoutAKeyAndTellsNothingElse) {
    Request without = request("action=add_customer");
    without.api_key = "";
    expect_refused(without, code::missing_key, "is required");
    EXPECT_EQ(text(refusal(without)).find("cid"), std::string::npos);
}

TEST_F(Accept, TakesTheKeyFromTheVariableThenFromItsHeaderThenFromABearer) {
    settings_.refuse_key_in_url = false;
    const auto accepts = [&](std::string_view variable, std::string_view header, std::string_view bearer) {
        Request request = this->request("action=add_customer&cid=x&key=" + std::string(variable));
        request.api_key = header;
        request.authorization = bearer;
        return std::holds_alternative<std::unique_ptr<Call>>(accepted(request));
    };
    EXPECT_TRUE(accepts("key", "wrong", "Bearer wrong"));
    EXPECT_FALSE(accepts("wrong", "key", "Bearer key"));
    EXPECT_TRUE(accepts("", "key", "Bearer wrong"));
    EXPECT_FALSE(accepts("", "wrong", "Bearer key"));
    EXPECT_TRUE(accepts("", "", "Bearer key"));
}

TEST_F(Accept, RefusesAnUnknownAction) {
    expect_refused(request("action=drop_customer"), code::unknown_action, "no such action");
    expect_refused(request("cid=x"), code::missing_action, "is required");
}

TEST_F(Accept, TellsAllThatIsWrong) {
    const std::string all = text(refusal("action=add_customer&latitude=1&email2=a&sc_start_dates=x"));
    for (const char* variable : {"cid", "longitude", "sc_start_dates"})
        EXPECT_NE(all.find(std::string("\"") + variable), std::string::npos) << all;
}

TEST_F(Accept, RefusesAnIfMatchWhereThereIsNoEntityTag) {
    for (const char* query :
         {"action=add_customer&cid=x", "action=update_company&id=1", "action=get_customers&cid=*",
          "action=export_customers&cid=x", "action=verify_customer&cid=x&pass=y"}) {
        Request with = request(query);
        with.if_match = "\"1-1\"";
        expect_refused(with, code::bad_request,
                       "only existing records have an ETag, and only those of customers");
    }
    Request with = request("action=update_customer&cid=x");
    with.if_match = "\"1-1\"";
    EXPECT_NE(call(with), nullptr);
}

TEST_F(Accept, RefusesAnIdempotencyKeyOfAnImport) {
    Request with = import_request("action=import_customers", "cid\nx\n");
    with.idempotency_key = "once";
    expect_refused(with, code::bad_request, "an import can be sent again without one");
}

TEST_F(Accept, RefusesConditionsThatAChangeCannotKeep) {
    for (Request with :
         {request("action=delete_customer&cid=x"), import_request("action=import_customers", "cid\nx\n")}) {
        with.other_condition = "If-None-Match";
        expect_refused(with, code::bad_request, "a change can depend on If-Match alone");
    }
    Request with = request("action=get_customers&cid=x");
    with.other_condition = "If-None-Match";
    EXPECT_NE(call(with), nullptr);
}

TEST_F(Accept, RefusesALookUpWithoutAGeocoder) {
    expect_refused(request("action=locate_customer&cid=x"), code::geocoder_unavailable, "no geocoder");
    settings_.geocoder = true;
    EXPECT_EQ(call("action=locate_customer&cid=x")->stage(), Stage::database);
}

TEST_F(Accept, RefusesAnImportWithoutRows) {
    expect_refused(request("action=import_customers"), code::unsupported_media_type, "the rows must be");
}

TEST_F(Accept, IgnoresVariablesOfNobody) {
    const auto accepted = call("action=add_customer&cid=x&colour=red");
    EXPECT_NE(accepted, nullptr);
    settings_.reject_unknown = true;
    expect_refused(request("action=add_customer&cid=x&colour=red"), code::unknown_variable,
                   "is not a variable of add_customer");
}

TEST_F(Accept, RefusesMoreCallsThanAKeyMayHave) {
    settings_.keys.front().limit = std::make_shared<CallLimit>(1);
    auto first = call("action=get_customers&cid=x");
    expect_refused(request("action=get_customers&cid=x"), code::too_many_requests, "at once");
    first.reset();
    EXPECT_NE(call("action=get_customers&cid=x"), nullptr);
}

TEST_F(Accept, RefusesWhatLeavesNoRoomForOthers) {
    settings_.memory = std::make_shared<RequestMemory>(10'000);
    const Request large = request("action=update_customer&cid=x&city=Rome&notes=" + std::string(4000, 'n'));
    auto first = call(large);
    expect_refused(large, code::overloaded, "overloaded");
    EXPECT_NE(call("action=get_customers&cid=x"), nullptr);
    first.reset();
    EXPECT_NE(call(large), nullptr);
}

TEST_F(Accept, CountsWhatTheRowsOfAnImportBecome) {
    settings_.memory = std::make_shared<RequestMemory>(1'000'000);
    const auto import = [&](std::size_t rows) {
        std::string text = "cid\n";
        for (std::size_t i = 0; i < rows; ++i)
            text += "a\n";
        return import_request("action=import_customers", text);
    };
    const auto first = call("action=get_customers&cid=x");
    EXPECT_NE(call(import(10)), nullptr);
    expect_refused(import(1000), code::overloaded, "overloaded");
}

TEST_F(Accept, CountsTheValuesOfAnUpsertTwice) {
    settings_.memory = std::make_shared<RequestMemory>(10'000);
    const std::string notes = "&cid=x&notes=" + std::string(3000, 'n');
    const auto first = call("action=get_customers&cid=x");
    EXPECT_NE(call("action=update_customer" + notes), nullptr);
    expect_refused(request("action=upsert_customer" + notes), code::overloaded, "overloaded");
}

}  // namespace
}  // namespace helpdesk
