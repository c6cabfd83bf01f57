#include "request/access.h"

#include <gtest/gtest.h>

#include "call/call.h"
#include "date.h"
#include "request/accept.h"

namespace helpdesk {
namespace {

const std::string secret = "the-key-itself";

std::chrono::sys_days day(std::string_view text) {
    return parse_day(text).value();
}

Address address(std::string_view text) {
    return parse_network(text).value().address;
}

Key make_key() {
    return {.name = "shop", .hash = sha256(secret)};
}

std::string_view code_of(const std::optional<Refusal>& refusal) {
    return refusal ? refusal->problem.code : "";
}

std::string_view check_key(const Key& key, std::string_view from, std::string_view on) {
    return code_of(check_key(KeySent::properly, &key, address(from), day(on)));
}

TEST(Access, AKeyWithoutRulesIsGoodEverywhere) {
    const Key key = make_key();
    for (const std::string_view from : {"192.0.2.1", "::1", "unix:"})
        EXPECT_EQ(check_key(key, from, "9999-12-31"), "");
    for (const Action& action : actions())
        EXPECT_FALSE(check_action(key, action));
}

TEST(Access, AKeyIsGoodOnItsLastDay) {
    Key key = make_key();
    key.last_day = day("2024-02-29");
    EXPECT_EQ(check_key(key, "::1", "2024-02-29"), "");
    EXPECT_EQ(check_key(key, "::1", "2024-03-01"), code::expired_key);
}

TEST(Access, OneOfTheNetworksIsEnough) {
    Key key = make_key();
    key.networks = {parse_network("10.0.0.0/8").value(), parse_network("2001:db8::/32").value()};
    EXPECT_EQ(check_key(key, "10.1.2.3", "2024-01-01"), "");
    EXPECT_EQ(check_key(key, "2001:db8::1", "2024-01-01"), "");
    EXPECT_EQ(check_key(key, "11.0.0.0", "2024-01-01"), code::address_not_allowed);
    EXPECT_EQ(check_key(key, "unix:", "2024-01-01"), code::address_not_allowed);
    key.networks.push_back(parse_network("unix:").value());
    EXPECT_EQ(check_key(key, "unix:", "2024-01-01"), "");
}

TEST(Access, ActionsThatAreListedAreAllowed) {
    Key key = make_key();
    key.actions = {find_action("get_customers"), find_action("add_customer")};
    EXPECT_FALSE(check_action(key, *find_action("add_customer")));
    const auto refusal = check_action(key, *find_action("delete_customer"));
    ASSERT_EQ(code_of(refusal), code::action_not_allowed);
    EXPECT_EQ(refusal->log, "the key \"shop\" may not call delete_customer");
}

// A whole request, as far as it needs no database.
Reply answer(const Settings& settings, Request& request, std::string_view query) {
    decode_form(query, request.variables);
    auto accepted = accept(settings, request, identify(settings, request));
    return std::holds_alternative<Reply>(accepted) ? std::move(std::get<Reply>(accepted)) : Reply();
}

struct Case {
    std::string_view query;
    std::string_view outcome;
    int status;
};

TEST(Access, TheFirstReasonIsToldAlone) {
    Settings settings;
    Key key = make_key();
    key.actions = {find_action("get_customers")};
    key.networks = {parse_network("unix:").value()};
    settings.keys = {key};
    settings.keys.push_back({.name = "old", .hash = sha256("old-key"), .last_day = day("2001-01-01")});
    for (const auto& [query, outcome, status] : {
             Case{"action=add_customer&cid=%", code::missing_key, 401},
             Case{"action=add_customer&key=", code::missing_key, 401},
             Case{"action=add_customer&key=wrong", code::wrong_key, 401},
             Case{"action=none&key=old-key", code::expired_key, 401},
             Case{"action=add_customer&cid=%&key=the-key-itself", code::action_not_allowed, 403},
             Case{"action=import_customers&key=the-key-itself", code::action_not_allowed, 403},
             Case{"action=export_customers&cid=*&key=the-key-itself", code::action_not_allowed, 403},
             Case{"action=none&key=the-key-itself", code::unknown_action, 400},
             Case{"action=get_customers&key=the-key-itself&id=%", code::invalid_encoding, 400},
             Case{"action=get_customers&key=the-key-itself&id=1", "ok", 200},
         }) {
        Request request;
        const Reply reply = answer(settings, request, query);
        EXPECT_EQ(reply.outcome, outcome) << query;
        EXPECT_EQ(reply.status, status) << query;
        EXPECT_EQ(reply.log.empty(), status < 401) << query;
        EXPECT_EQ(reply.log.find("-key"), std::string::npos) << reply.log;
    }
    Request request;
    request.address = address("192.0.2.1");
    EXPECT_EQ(answer(settings, request, "action=add_customer&key=the-key-itself").outcome,
              code::address_not_allowed);
}

TEST(Access, AKeyInTheUrlIsRefusedWhetherGoodOrNot) {
    Settings settings;
    settings.keys = {make_key()};
    settings.refuse_key_in_url = true;
    for (const std::string_view query : {"key=wrong", "key=the-key-itself&action=get_customers&id=1"}) {
        Request request;
        request.api_key = secret;
        request.key_in_url = true;
        EXPECT_EQ(answer(settings, request, query).outcome, code::key_in_url);
        EXPECT_EQ(identify(settings, request).key, nullptr);
    }
    Request request;
    EXPECT_EQ(answer(settings, request, "key=the-key-itself&action=get_customers&id=1").outcome, "ok");
}

}  // namespace
}  // namespace helpdesk
