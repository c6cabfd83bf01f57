#include "request/select.h"

#include <gtest/gtest.h>

#include "request/by_index.h"

namespace helpdesk {
namespace {

using Codes = std::vector<std::pair<std::string, std::string>>;
using Values = std::vector<std::string>;

struct Selected {
    Selection selection;
    Codes codes;

    Values values(std::string_view selector) const {
        for (const Condition& condition : selection.conditions)
            if (condition.selector->name == selector)
                return condition.values;
        return {};
    }
};

Selected select(std::string_view query, std::string_view action = "get_customers") {
    Variables variables;
    decode_form(query, variables);
    Problems problems;
    Selected result{check_selection(*find_action(action), variables, 1000, problems), {}};
    for (const Problem& problem : problems)
        result.codes.emplace_back(problem.variable, problem.code);
    return result;
}

bool takes_long(std::string_view query, std::string_view action = "get_customers") {
    return !reads_few(select(query, action).selection);
}

TEST(Select, Everything) {
    const Selected all = select("cid=*");
    EXPECT_EQ(all.codes, Codes());
    EXPECT_TRUE(all.selection.conditions.empty());
    EXPECT_EQ(all.selection.limit, 1000U);
    EXPECT_EQ(all.selection.offset, 0U);
    EXPECT_EQ(all.selection.order, nullptr);
    EXPECT_FALSE(all.selection.descending);
    EXPECT_FALSE(all.selection.count_only);
}

TEST(Select, ValuesAreReady) {
    EXPECT_EQ(select("id=007").values("id"), Values{"7"});
    EXPECT_EQ(select("cid=+a+,,B,a").values("cid"), (Values{"a", "B", "a"}));
    EXPECT_EQ(select("start_cid=+a+").values("start_cid"), Values{"a"});
    EXPECT_EQ(select("end_cid=z,").values("end_cid"), Values{"z,"});
    EXPECT_EQ(select("start_date=1/2/2024").values("start_date"), Values{"2024-01-02 00:00:00"});
    EXPECT_EQ(select("end_date=1/2/2024").values("end_date"), Values{"2024-01-03 00:00:00"});
    EXPECT_EQ(select("end_date=2024-01-02T23:59:59").values("end_date"), Values{"2024-01-03 00:00:00"});
    EXPECT_EQ(select("phone=%2B1").values("phone"), Values{"+1"});
    EXPECT_EQ(select("updated_since=2024-01-02&after_id=9").values("after_id"), Values{"9"});
    EXPECT_EQ(select("name=a,b", "get_companies").values("name"), Values{"a,b"});
}

TEST(Select, AnEmptyValueIsNoSelectorButWhereAPageBegins) {
    EXPECT_EQ(select("cid=&id=&email=").codes, (Codes{{"cid", "required"}}));
    EXPECT_EQ(select("after_cid=").values("after_cid"), Values{""});
    EXPECT_EQ(select("", "get_companies").codes, (Codes{{"name", "required"}}));
    EXPECT_EQ(select("", "get_portals").codes, Codes());
}

TEST(Select, ConditionsAddUp) {
    const Selected some = select("cid=*&start_cid=a&end_cid=b&start_date=1/1/2024&email=x&phone=y");
    EXPECT_EQ(some.codes, Codes());
    EXPECT_EQ(some.selection.conditions.size(), 5U);
}

TEST(Select, Pages) {
    const Selection second = select("cid=*&count=30&page=3").selection;
    EXPECT_EQ(second.limit, 30U);
    EXPECT_EQ(second.offset, 60U);
    EXPECT_EQ(select("cid=*&count=1000000&page=1000000000").selection.offset, 999'999'999'000'000U);
    EXPECT_EQ(select("cid=*&page=2").codes, (Codes{{"count", "required"}}));
    EXPECT_EQ(select("cid=a&count=2&page=2").codes, (Codes{{"cid", "required"}}));
    EXPECT_EQ(select("name=*&count=2&page=2", "get_portals").codes, Codes());
    EXPECT_EQ(select("id=*&count=2&page=2", "get_portals").codes, Codes());
    for (const char* count : {"0", "-1", "x", "1.5", "%2B1", "99999999999999999999"})
        EXPECT_EQ(select(std::string("cid=*&count=") + count).codes, (Codes{{"count", "invalid_number"}}))
            << count;
    EXPECT_EQ(select("cid=*&count=1000001").codes, (Codes{{"count", "out_of_range"}}));
    for (const char* number :
         {"0", "-1", "+1", "1+", "%2B1", "1e3", "0x1", "1,000", "99999999999999999999"}) {
        const std::string text = number;
        EXPECT_EQ(select("cid=*&count=1&page=" + text).codes, (Codes{{"page", "invalid_number"}})) << number;
        EXPECT_EQ(select("id=" + text).codes, (Codes{{"id", "invalid_number"}})) << number;
        EXPECT_EQ(select("updated_since=1/1/2024&after_id=" + text).codes,
                  (Codes{{"after_id", "invalid_number"}}))
            << number;
    }
    EXPECT_EQ(select("cid=*&count=1&page=1000000001").codes, (Codes{{"page", "out_of_range"}}));
}

TEST(Select, CountOnlyIsYesOrNo) {
    EXPECT_TRUE(select("cid=*&count_only=y").selection.count_only);
    for (const char* no : {"n", "N", ""})
        EXPECT_EQ(select(std::string("cid=*&count_only=") + no).codes, Codes()) << no;
    for (const char* other : {"1", "true", "yes", "0"})
        EXPECT_EQ(select(std::string("cid=*&count_only=") + other).codes,
                  (Codes{{"count_only", "invalid_choice"}}))
            << other;
}

TEST(Select, OrderIsTheNameOfAnOutput) {
    for (const Output& output : customers().outputs) {
        const Selected ordered = select("cid=*&order=" + output.name + "+Desc");
        if (output.list != nullptr) {
            EXPECT_EQ(ordered.codes, (Codes{{"order", "invalid_order"}})) << output.name;
            continue;
        }
        EXPECT_EQ(ordered.codes, Codes()) << output.name;
        EXPECT_EQ(ordered.selection.order->name, output.name);
        EXPECT_TRUE(ordered.selection.descending);
    }
    EXPECT_FALSE(select("cid=*&order=+CID++asc+").selection.descending);
    EXPECT_TRUE(select("cid=*&order=cid&order_direction=desc").selection.descending);
    EXPECT_TRUE(select("cid=*&order_direction=DESC").selection.descending);
}

class BadOrder : public testing::TestWithParam<const char*> {};
TEST_P(BadOrder, IsRefused) {
    const Selected bad = select(std::string("cid=*&order=") + GetParam());
    EXPECT_EQ(bad.codes, (Codes{{"order", "invalid_order"}}));
}
INSTANTIATE_TEST_SUITE_P(Orders, BadOrder,
                         testing::Values("pass", "password_hash", "new_company", "cid,id", "cid+asc+asc",
                                         "cid%09desc", "cid;", "`cid`", "(select+1)", "record.cid", "1",
                                         "desc", "cid+down", "company_id+desc,id"));

TEST(Select, TheWalkAndKeysetPagingHaveTheirOwnOrder) {
    EXPECT_EQ(select("after_cid=&order=cid&order_direction=asc").codes,
              (Codes{{"order", "ambiguous"}, {"order_direction", "ambiguous"}}));
    EXPECT_EQ(select("updated_since=2024-01-01&cid=*&count=1&page=1").codes, (Codes{{"page", "ambiguous"}}));
    EXPECT_EQ(select("updated_since=2024-01-01&after_cid=x").codes, (Codes{{"after_cid", "ambiguous"}}));
    EXPECT_EQ(select("cid=*&after_id=1").codes, (Codes{{"after_id", "required"}}));
    EXPECT_EQ(select("cid=*&order=cid+asc&order_direction=asc").codes,
              (Codes{{"order_direction", "ambiguous"}}));
}

TEST(Select, Limits) {
    const std::string longest(255, 'x');
    EXPECT_EQ(select("cid=" + longest + "&start_cid=" + longest + "&email=" + longest).codes, Codes());
    for (const char* name : {"cid", "start_cid", "end_cid", "after_cid", "email", "phone"})
        EXPECT_EQ(select(std::string(name) + "=x" + longest).codes, (Codes{{name, "too_long"}})) << name;
    std::string list = "cid=x";
    for (std::size_t i = 1; i < max_list_items; ++i)
        list += ",x";
    EXPECT_EQ(select(list).codes, Codes());
    EXPECT_EQ(select(list + ",x").codes, (Codes{{"cid", "too_many_values"}}));
}

// They have threads of their own, so that short calls need not wait for them.
TEST(Select, ListsOfManyRecordsTakeLong) {
    std::string names = "cid=x";
    for (int i = 1; i < 64; ++i)
        names += ",x";
    EXPECT_FALSE(takes_long("cid=*&count=64"));
    EXPECT_FALSE(takes_long(names));
    EXPECT_FALSE(takes_long(names + "&start_date=2024-01-01"));
    EXPECT_TRUE(takes_long("cid=*&count=65"));
    EXPECT_TRUE(takes_long("cid=*"));
    EXPECT_TRUE(takes_long(names + ",x"));
    EXPECT_TRUE(takes_long(names + ",x&count=20"));
    for (const std::string more : {"order=cid", "count_only=Y", "page=2"})
        EXPECT_TRUE(takes_long("cid=*&count=1&" + more)) << more;
}

// It reads with locks, and waits for those who write.
TEST(Select, WalksTakeLong) {
    for (const std::string_view action : {"get_customers", "get_techs", "get_tickets", "get_history"})
        EXPECT_TRUE(takes_long("updated_since=2024-01-01&count=1", action)) << action;
    EXPECT_TRUE(takes_long("updated_since=2024-01-01&cid=x&count=1"));
    EXPECT_TRUE(takes_long("updated_since=2024-01-01&tid=1&count=1", "get_tickets"));
}

TEST(Select, WhatOneIndexHasInOrderIsShort) {
    for (const std::string_view few : {"start_date=2024-01-01", "start_date=2024-01-01&end_date=2025-01-01",
                                       "start_cid=a&end_cid=b", "after_cid=a", "geocoded=N"})
        EXPECT_FALSE(takes_long(std::string(few) + "&count=20")) << few;
    for (const std::string_view few : {"status=New",
                                       "cid=c",
                                       "company=1",
                                       "company=Acme",
                                       "assigned_to=a",
                                       "assigned_group=g",
                                       "email=e",
                                       "subject=s",
                                       "priority=Low",
                                       "source=Email",
                                       "escalation_level=1",
                                       "deleted=Y",
                                       "start_tid=5",
                                       "after_id=5",
                                       "start_tid=5&end_tid=9",
                                       "description=N&status=New",
                                       "tid=5&visible_to=t",
                                       "tid=5,6&viewable_by=c",
                                       "message_id=m",
                                       "message_id=m&visible_to=t"})
        EXPECT_FALSE(takes_long(std::string(few) + "&count=20", "get_tickets")) << few;
    for (const std::string_view few : {"tid=5", "type=C", "message_id=m", "id=5,6&uid=t", "after_id=5"})
        EXPECT_FALSE(takes_long(std::string(few) + "&count=20", "get_history")) << few;
    for (const std::string_view few : {"rights=Admin", "active=N", "supervisor=t", "email=e", "start_uid=a"})
        EXPECT_FALSE(takes_long(std::string(few) + "&count=20", "get_techs")) << few;
}

// Many records may have to be read, and perhaps sorted, before the first one is known.
TEST(Select, WhatNoIndexHasInOrderTakesLong) {
    for (const std::string_view many :
         {"email=e", "phone=p", "start_cid=a&start_date=2024-01-01", "geocoded=N&start_cid=a",
          "after_cid=a&start_date=2024-01-01", "cid=a&email=e"})
        EXPECT_TRUE(takes_long(std::string(many) + "&count=20")) << many;
    for (const std::string_view many : {"cid=a,b",
                                        "status=New&category=c",
                                        "cid=c&closed=N",
                                        "email=e&subject=s",
                                        "tag=a",
                                        "field_1=x",
                                        "field_1=x&field_2=y",
                                        "category=c",
                                        "sub_category=s",
                                        "closed=N",
                                        "closed=N&visible_to=t",
                                        "start_cid=a",
                                        "unassigned=Y",
                                        "unassigned=N&email=e",
                                        "overdue=Y",
                                        "visible_to=t",
                                        "viewable_by=c",
                                        "visible_to=t&cid=c",
                                        "keyword=x",
                                        "keyword=x&keyword_match=part",
                                        "company=1&start_cid=a",
                                        "status=New&start_date=2024-01-01",
                                        "status=New&after_id=5",
                                        "cid=c&start_tid=5&end_tid=9",
                                        "start_date=2024-01-01&start_close_date=2024-01-01",
                                        "start_date=2024-01-01&start_tid=5",
                                        "tid=5&tag=a",
                                        "tid=5&keyword=x",
                                        "tid=5&field_1=x",
                                        "message_id=m&tag=a"})
        EXPECT_TRUE(takes_long(std::string(many) + "&count=20", "get_tickets")) << many;
    for (const std::string_view many :
         {"tid=5,6", "start_entry_date=2024-01-01", "tid=5&uid=t", "tid=5&start_entry_date=2024-01-01",
          "tid=5&viewable_by=c", "tid=5&after_id=5", "type=C&after_id=5", "type=C&customer_viewable=Y",
          "customer_viewable=N", "cid=c", "author_uid=t", "start_tid=5", "uid=t", "group=g", "status=New",
          "start_date=2024-01-01"})
        EXPECT_TRUE(takes_long(std::string(many) + "&count=20", "get_history")) << many;
    for (const std::string_view many : {"group=1", "supervisor=a,b"})
        EXPECT_TRUE(takes_long(std::string(many) + "&count=20", "get_techs")) << many;
}

TEST(Select, AllProblemsAtOnce) {
    EXPECT_EQ(select("id=x&end_date=x&updated_since=x&count=x&order=x").codes,
              (Codes{{"id", "invalid_number"},
                     {"end_date", "invalid_date"},
                     {"updated_since", "invalid_date"},
                     {"order", "invalid_order"},
                     {"count", "invalid_number"}}));
}

}  // namespace
}  // namespace helpdesk
