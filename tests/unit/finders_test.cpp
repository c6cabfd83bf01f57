// Tests what each finder reads and means, by the statement for a selection of a test resource.
#include <gtest/gtest.h>

#include "db/statements/selection_sql.h"
#include "model/finder.h"
#include "model/resource.h"
#include "request/select.h"

namespace helpdesk {
namespace {

constexpr Reference company = {.to = &companies};
constexpr ListTable words = {.table = "job_words", .owner = "job_id", .column = "word"};
constexpr ListTable word_texts = {.table = "job_texts", .owner = "job_id", .column = "words"};
constexpr Reference part = {.to = &portals, .by = Reference::By::id};
constexpr ListTable parts = {
    .table = "job_parts", .owner = "job_id", .column = "part_id", .reference = &part};
constexpr ListTable tags = {.table = "job_tags", .owner = "job_id", .column = "tag"};

constexpr Reference state = {.to = &ticket_statuses};
constexpr Deadline deadline = {
    .time = "due_date", .end = "close_date", .state = "state_id", .of_state = &state, .closed = "closed"};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "subject", .kind = &kinds::identifier, .column = "subject"},
    Variable{.name = "cid", .kind = &kinds::reference, .column = "company_id", .reference = &company},
    Variable{.name = "notes", .column = "notes"},
    Variable{.name = "tags", .kind = &kinds::text_list, .list = &tags},
    Variable{.name = "parts", .kind = &kinds::id_list, .list = &parts},
    Variable{.name = "place", .kind = &kinds::integer, .column = "place", .range = {0, 9}},
};

constexpr std::array selectors = {
    Selector{.name = "tid", .finder = &finders::id, .columns = {"id"}, .all = true, .many = true},
    Selector{.name = "start_tid", .finder = &finders::number_from, .columns = {"id"}},
    Selector{.name = "end_tid", .finder = &finders::number_to, .columns = {"id"}},
    Selector{.name = "firm", .finder = &finders::equals, .columns = {"name", "phone"}, .through = {"cid"}},
    Selector{.name = "start_firm", .finder = &finders::prefix_from, .columns = {"name"}, .through = {"cid"}},
    Selector{.name = "end_firm", .finder = &finders::prefix_to, .columns = {"name"}, .through = {"cid"}, .limit = 3},
    Selector{.name = "portal", .finder = &finders::equals, .columns = {"name"}, .through = {"cid", "portal"}},
    Selector{.name = "opened_from", .finder = &finders::date_from, .columns = {"open_date"}, .event = "opened"},
    Selector{.name = "opened_to", .finder = &finders::date_to, .columns = {"open_date"}, .event = "opened"},
    Selector{.name = "text", .finder = &finders::keyword, .lists = {&words, &word_texts}},
    Selector{.name = "text_match", .finder = &finders::keyword_match},
    Selector{.name = "keyword", .finder = &finders::contains, .columns = {"subject", "notes"}, .lists = {&tags}},
    Selector{.name = "tag", .finder = &finders::equals, .lists = {&tags}},
    Selector{.name = "part", .finder = &finders::number, .lists = {&parts}, .many = true},
    Selector{.name = "closed", .finder = &finders::flag, .columns = {"closed"}},
    Selector{.name = "assigned", .finder = &finders::has_value, .columns = {"technician_id"}},
    Selector{.name = "unassigned", .finder = &finders::lacks, .columns = {"technician_id", "group_id"}},
    Selector{.name = "overdue", .finder = &finders::overdue, .columns = {"due_date"}},
    Selector{.name = "due", .finder = &finders::date_on, .columns = {"due_date"}},
    Selector{.name = "any_firm", .finder = &finders::id_or_name, .columns = {"name"}, .through = {"cid"}},
    Selector{.name = "own_firm", .finder = &finders::flag, .columns = {"closed"}, .only_if = "mine"},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"}},
    Selector{.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"}},
};
// clang-format on

struct Found {
    std::string sql;
    std::vector<std::string> values;
    std::string problem;  // the code of the first problem
};

Found find(std::string_view query, const std::string& leading = {}) {
    static const Resource resource =
        with_outputs({.names = {.one = "job", .many = "jobs", .element = "job", .noun = "job"},
                      .table = "jobs",
                      .variables = variables,
                      .selectors = selectors,
                      .timestamps = true,
                      .deadline = &deadline});
    static const Action action = [] {
        std::vector<std::string> names;
        names.reserve(selectors.size());
        for (const Selector& selector : selectors)
            names.emplace_back(selector.name);
        return Action{"get_jobs", "jobs", verbs::get, resource, names, {}, {}, "Lists jobs."};
    }();
    Variables input;
    decode_form(query, input);
    Problems problems;
    const Selection selection = check_selection(action, input, 1000, problems);
    if (!problems.empty())
        return {"", {}, std::string(problems.front().code)};
    db::Statement statement;
    std::optional<db::LeadingWord> lead;
    if (!leading.empty())
        lead = {db::keyword_of(selection), leading};
    db::add_selection(statement, selection, "", {}, lead);
    Found found{statement.sql + db::order_of(selection), {}, ""};
    for (const db::Parameter& parameter : statement.parameters)
        found.values.push_back(std::holds_alternative<std::string>(parameter)
                                   ? std::get<std::string>(parameter)
                                   : std::to_string(std::get<std::uint64_t>(parameter)));
    return found;
}

using Texts = std::vector<std::string>;
const std::string by_id = " ORDER BY record.`id`";

TEST(Finders, ReadOneNumberOrSeveral) {
    EXPECT_EQ(find("tid=007").sql, " FROM `jobs` AS record WHERE record.`id` IN (?)" + by_id);
    EXPECT_EQ(find("tid=3,,+2,1").values, (Texts{"3", "2", "1", "1"}));
    EXPECT_EQ(find("tid=*").sql, " FROM `jobs` AS record" + by_id);
    EXPECT_EQ(find("tid=18446744073709551615").values, Texts{"18446744073709551615"});
    for (const char* bad : {"0", "-1", "1,x", "1,-2", "18446744073709551616", "*,1", "1.5"})
        EXPECT_EQ(find(std::string("tid=") + bad).problem, "invalid_number") << bad;
    EXPECT_EQ(find("tid=,").problem, "required");
    std::string many = "tid=1";
    for (std::size_t i = 1; i < max_list_items; ++i)
        many += ",1";
    EXPECT_EQ(find(many).problem, "");
    EXPECT_EQ(find(many + ",1").problem, "too_many_values");
    EXPECT_EQ(find("start_tid=2&end_tid=9").sql,
              " FROM `jobs` AS record WHERE record.`id` >= ? AND record.`id` <= ?" + by_id);
    EXPECT_EQ(find("end_tid=-9").problem, "invalid_number");
    EXPECT_EQ(find("start_tid=").sql, " FROM `jobs` AS record" + by_id);
}

TEST(Finders, FindNumbersInAList) {
    const Found found = find("part=3,07");
    EXPECT_EQ(
        found.sql,
        " FROM (SELECT DISTINCT `job_id` AS id FROM `job_parts` WHERE `part_id` IN (?, ?)) AS found1 JOIN "
        "`jobs` AS record ON record.id = found1.id" +
            by_id);
    EXPECT_EQ(found.values, (Texts{"3", "7"}));
    EXPECT_EQ(find("part=x").problem, "invalid_number");
}

TEST(Finders, LeaveThoseWithoutANumberForTheEnd) {
    EXPECT_EQ(find("order=place").sql,
              " FROM `jobs` AS record ORDER BY record.`place` IS NULL, record.`place`, record.`id`");
    EXPECT_EQ(find("order=place+DESC").sql,
              " FROM `jobs` AS record ORDER BY record.`place` IS NULL DESC, record.`place` DESC, record.`id` "
              "DESC");
}

TEST(Finders, FollowAReference) {
    EXPECT_EQ(find("firm=+x+").sql,
              " FROM (SELECT id FROM `companies` WHERE `name` IN (?) UNION SELECT id FROM `companies` WHERE "
              "`phone` IN (?)) AS found1 JOIN `jobs` AS record ON record.`company_id` = found1.id" +
                  by_id);
    EXPECT_EQ(find("firm=+x+").values, (Texts{"x", "x"}));
    EXPECT_EQ(find("start_firm=a&end_firm=b").sql,
              " FROM `jobs` AS record JOIN `companies` AS via1 ON via1.id = record.`company_id` WHERE "
              "via1.`name` >= ? AND via1.`name` <= ?" +
                  by_id);
    EXPECT_EQ(find("end_firm=b").values, Texts{"b\xEF\xBF\xBD\xEF\xBF\xBD"});
    EXPECT_EQ(find("end_firm=abcd").problem, "too_long");
    EXPECT_EQ(
        find("portal=x").sql,
        " FROM `jobs` AS record JOIN `companies` AS via1 ON via1.id = record.`company_id` JOIN `portals` "
        "AS via2 ON via2.id = via1.`portal_id` WHERE via2.`name` IN (?)" +
            by_id);
}

TEST(Finders, CompareTheDatesOfAnyColumn) {
    const Found day = find("opened_from=1/2/2024&opened_to=1/2/2024");
    EXPECT_EQ(day.sql,
              " FROM `jobs` AS record WHERE record.`open_date` >= ? AND record.`open_date` < ? ORDER BY "
              "record.`open_date`, record.`id`");
    EXPECT_EQ(day.values, (Texts{"2024-01-02 00:00:00", "2024-01-03 00:00:00"}));
    EXPECT_EQ(find("opened_to=2024-01-02T08:30:00").values, Texts{"2024-01-02 08:30:01"});
    EXPECT_EQ(find("opened_to=x").problem, "invalid_date");
}

TEST(Finders, SearchAllPlacesForAPartOfAText) {
    const Found part = find("keyword=50%25_!%5C");
    EXPECT_EQ(part.sql,
              " FROM `jobs` AS record WHERE (record.`subject` LIKE ? ESCAPE '!' OR record.`notes` LIKE ? "
              "ESCAPE '!' OR EXISTS (SELECT 1 FROM `job_tags` AS item WHERE item.`job_id` = record.id AND "
              "item.`tag` LIKE ? ESCAPE '!'))" +
                  by_id);
    EXPECT_EQ(part.values.front(), "%50!%!_!!\\%");
}

constexpr std::string_view has_word = "(SELECT `words` LIKE ? FROM `job_texts` WHERE `job_id` = record.id)";

TEST(Finders, CompareEachWordOfAKeyword) {
    const Found words = find("text=Two+W%C3%96RDS%21");
    EXPECT_EQ(words.sql, " FROM `jobs` AS record WHERE " + std::string(has_word) + " AND " +
                             std::string(has_word) + by_id);
    EXPECT_EQ(words.values, (Texts{"% two%", "% words%"}));
    EXPECT_EQ(find("text=two&text_match=Part").values, (Texts{"%two%"}));
    EXPECT_EQ(find("text=two&text_match=word").values, (Texts{"% two%"}));
    EXPECT_EQ(find("text=%3F").problem, "required");
    EXPECT_EQ(find("text_match=part").problem, "required");
    EXPECT_EQ(find("text=a&text_match=x").problem, "invalid_choice");
}

TEST(Finders, BeginWithTheLeadingWord) {
    const Found words = find("text=two+words&closed=Y", "words");
    EXPECT_EQ(words.sql,
              " FROM (SELECT DISTINCT `job_id` AS id FROM `job_words` WHERE `word` LIKE ?) "
              "AS found1 JOIN `jobs` AS record ON record.id = found1.id WHERE " +
                  std::string(has_word) + " AND record.`closed` IN (?)" + by_id);
    EXPECT_EQ(words.values, (Texts{"words%", "% two%", "Y"}));
}

TEST(Finders, MaySearchAListAlone) {
    EXPECT_EQ(
        find("tag=x").sql,
        " FROM (SELECT DISTINCT `job_id` AS id FROM `job_tags` WHERE `tag` IN (?)) AS found1 JOIN `jobs` "
        "AS record ON record.id = found1.id" +
            by_id);
}

TEST(Finders, ReadYesOrNo) {
    EXPECT_EQ(find("closed=n").values, Texts{"N"});
    EXPECT_EQ(find("assigned=N").sql, " FROM `jobs` AS record WHERE record.`technician_id` IS NULL" + by_id);
    EXPECT_EQ(find("assigned=y").sql,
              " FROM `jobs` AS record WHERE record.`technician_id` IS NOT NULL" + by_id);
    EXPECT_EQ(find("closed=1").problem, "invalid_choice");
}

TEST(Finders, FindWhatWaits) {
    const std::string late =
        "(record.`due_date` < NOW() AND record.`close_date` IS NULL AND COALESCE((SELECT `closed` FROM "
        "`ticket_statuses` WHERE id = record.`state_id`), 'N') = 'N')";
    const std::string from = " FROM `jobs` AS record WHERE ";
    EXPECT_EQ(find("unassigned=y").sql,
              from + "record.`technician_id` IS NULL AND record.`group_id` IS NULL" + by_id);
    EXPECT_EQ(find("unassigned=N").sql,
              from + "(record.`technician_id` IS NOT NULL OR record.`group_id` IS NOT NULL)" + by_id);
    EXPECT_EQ(find("overdue=Y").sql, from + late + by_id);
    EXPECT_EQ(find("overdue=N").sql, from + "NOT COALESCE(" + late + ", FALSE)" + by_id);
    EXPECT_EQ(find("overdue=1").problem, "invalid_choice");
}

TEST(Finders, MeanADayOrAMoment) {
    EXPECT_EQ(find("due=1/2/2024").values, (Texts{"2024-01-03 00:00:00", "2024-01-02 00:00:00"}));
    EXPECT_EQ(find("due=1/2/2024 00:00:00").values, Texts{"2024-01-02 00:00:01"});
    EXPECT_EQ(find("due=1/2/2024 8:30").values, Texts{"2024-01-02 08:31:00"});
    EXPECT_EQ(find("due=2/30/2024").problem, "invalid_date");
}

TEST(Finders, TakeAnIdOrAName) {
    EXPECT_EQ(find("any_firm=+Acme+").sql,
              " FROM `jobs` AS record WHERE record.`company_id` = (SELECT id FROM "
              "`companies` WHERE `name` = ?)" +
                  by_id);
    EXPECT_EQ(find("any_firm=7").sql,
              " FROM `jobs` AS record WHERE record.`company_id` = COALESCE((SELECT id FROM "
              "`companies` WHERE id = ?), (SELECT id FROM `companies` WHERE `name` = ?))" +
                  by_id);
    EXPECT_EQ(find("any_firm=7").values, (Texts{"7", "7"}));
}

TEST(Finders, AskTheRecordItselfToo) {
    EXPECT_EQ(find("own_firm=Y").sql,
              " FROM `jobs` AS record WHERE record.`closed` IN (?) AND record.`mine` = 'Y'" + by_id);
}

TEST(Finders, BeginAPageAfterAnId) {
    EXPECT_EQ(find("after_id=").values, Texts{"0"});
    EXPECT_EQ(find("after_id=7").sql, " FROM `jobs` AS record WHERE record.`id` > ?" + by_id);
    EXPECT_EQ(find("after_id=-7").problem, "invalid_number");
    // A count is of the whole walk, so it ignores the position.
    EXPECT_EQ(find("updated_since=2024-01-02&after_id=7").values, Texts{"2024-01-02 00:00:00"});
}

}  // namespace
}  // namespace helpdesk
