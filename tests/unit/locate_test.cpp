#include "place/locate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace helpdesk {
namespace {

Write call(std::string_view action, std::string_view query) {
    Variables variables;
    decode_form(query, variables);
    Problems problems;
    Write write = check(*find_action(action), variables, {}, problems);
    EXPECT_TRUE(problems.empty());
    return write;
}
Write add(std::string_view query) {
    return call("add_customer", query);
}
Write update(std::string_view query) {
    return call("update_customer", query);
}

std::vector<std::string> coordinates(const Write& write) {
    std::vector<std::string> texts;
    for (const Value& value : write.values)
        if (value.variable->kind == &kinds::degrees)
            texts.push_back(std::string(value.variable->name) + "=" + value.text.value_or("none"));
    std::sort(texts.begin(), texts.end());
    return texts;
}

std::vector<std::string> texts(const std::vector<Stored>& stored) {
    std::vector<std::string> texts;
    texts.reserve(stored.size());
    for (const Stored& one : stored)
        texts.push_back(std::string(one.variable->name) + "=" + one.text);
    return texts;
}

// latitude, longitude, address, city, state, zip, country
const std::vector<std::string> stored = {"1.5", "2.5", "Main St", "Ulm", "", "89073", "DE"};

const std::string head = "format=jsonv2&limit=1";
const std::vector<std::string> none = {"latitude=none", "longitude=none"};

TEST(Locating, OfAnAddNeedsAnAddressAndNoCoordinates) {
    EXPECT_EQ(locating(add("cid=x&city=Ulm")), Locating::from_call);
    EXPECT_EQ(locating(add("cid=x&country=DE&latitude=&longitude=")), Locating::from_call);
    EXPECT_EQ(locating(add("cid=x")), Locating::none);
    EXPECT_EQ(locating(add("cid=x&city=+&zip=")), Locating::none);
    EXPECT_EQ(locating(add("cid=x&city=Ulm&latitude=1&longitude=2")), Locating::none);
    EXPECT_EQ(locating(call("add_company", "name=x&address=Ulm")), Locating::none);
}

TEST(Locating, OfAnUpdateNeedsAPartOfTheAddressAndNoCoordinates) {
    EXPECT_EQ(locating(update("cid=x&city=Ulm")), Locating::from_record);
    EXPECT_EQ(locating(update("cid=x&city=")), Locating::from_record);
    EXPECT_EQ(locating(update("cid=x&contact=Ann")), Locating::none);
    EXPECT_EQ(locating(update("cid=x&city=Ulm&latitude=1&longitude=2")), Locating::none);
    EXPECT_EQ(locating(update("cid=x&city=Ulm&latitude=&longitude=")), Locating::none);
    EXPECT_EQ(locating(call("delete_customer", "cid=x")), Locating::none);
    EXPECT_EQ(locating(call("locate_customer", "cid=x")), Locating::from_record);
}

TEST(BeginLocating, OfAnAddAsksForItsAddress) {
    Write write = add("cid=x&address=1+Main+St&city=Ulm&zip=89073");
    EXPECT_EQ(begin_locating(write, {}), head + "&street=1%20Main%20St&city=Ulm&postalcode=89073");
    EXPECT_EQ(coordinates(write), none);
    set_coordinates(write, {"3.5", "4.5"});
    EXPECT_EQ(coordinates(write), (std::vector<std::string>{"latitude=3.5", "longitude=4.5"}));
}

TEST(BeginLocating, OfAnUpdateAsksForTheAddressThatItMakes) {
    Write write = update("cid=x&city=Bonn&zip=");
    EXPECT_EQ(begin_locating(write, stored), head + "&street=Main%20St&city=Bonn&country=DE");
    EXPECT_EQ(coordinates(write), none);
}

TEST(BeginLocating, OfAnUpdateBindsCoordinatesToTheAddress) {
    Write write = update("cid=x&city=Bonn&zip=");
    begin_locating(write, stored);
    set_coordinates(write, {"3.5", "4.5"});
    for (const char* name : {"latitude", "longitude"}) {
        const Value* value = write.find(*customers().find(name));
        ASSERT_NE(value, nullptr);
        ASSERT_NE(value->stored_if, nullptr);
        EXPECT_EQ(texts(value->stored_if->stays_with), (std::vector<std::string>{"city=Bonn", "zip="}));
        EXPECT_EQ(texts(value->stored_if->needs),
                  (std::vector<std::string>{"address=Main St", "state=", "country=DE"}));
    }
    EXPECT_TRUE(write.only_if.empty());
}

TEST(BeginLocating, OfAnAddBindsNothing) {
    Write write = add("cid=x&city=Ulm");
    begin_locating(write, {});
    EXPECT_EQ(write.find(*customers().find("latitude"))->stored_if, nullptr);
}

TEST(LeaveUnlocated, KeepsCoordinatesOnlyWithTheSameAddress) {
    Write write = update("cid=x&city=Bonn");
    leave_unlocated(write);
    EXPECT_EQ(coordinates(write), none);
    const Value* value = write.find(*customers().find("latitude"));
    EXPECT_EQ(texts(value->stored_if->stays_with), (std::vector<std::string>{"city=Bonn"}));
    EXPECT_TRUE(value->stored_if->needs.empty());
}

TEST(BeginLocating, KeepsTheCoordinatesOfAnAddressThatStays) {
    Write write = update("cid=x&city=Ulm&state=");
    EXPECT_EQ(begin_locating(write, stored), "");
    EXPECT_EQ(coordinates(write), (std::vector<std::string>{"latitude=1.5", "longitude=2.5"}));
    write = update("cid=x&city=ulm");
    EXPECT_NE(begin_locating(write, stored), "");
}

TEST(BeginLocating, AsksNothingForAnAddressThatGoes) {
    Write write = update("cid=x&address=&city=&zip=&country=+");
    EXPECT_EQ(begin_locating(write, stored), "");
    EXPECT_EQ(coordinates(write), none);
}

TEST(BeginLocating, OfARecordAloneAsksForWhatIsStored) {
    Write write = call("locate_customer", "cid=x");
    EXPECT_EQ(begin_locating(write, stored), head + "&street=Main%20St&city=Ulm&postalcode=89073&country=DE");
    EXPECT_TRUE(write.values.empty());
    EXPECT_EQ(texts(write.only_if),
              (std::vector<std::string>{"address=Main St", "city=Ulm", "state=", "zip=89073", "country=DE"}));
}

// The SQL of an update compares with the address that was as long as it still stands there.
TEST(SetCoordinates, PutsThemBeforeTheAddress) {
    Write write = update("cid=x&city=Bonn");
    begin_locating(write, stored);
    ASSERT_EQ(write.values.size(), 3U);
    EXPECT_EQ(write.values.back().variable->name, "city");
}

}  // namespace
}  // namespace helpdesk
