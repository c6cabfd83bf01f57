#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "answer/rows.h"
#include "request/check.h"

namespace helpdesk {
namespace {

using Texts = std::vector<std::string>;

const Action& bring_ticket() {
    return *find_action(tickets(), verbs::bring);
}

std::string shown(const Variables& variables) {
    std::string text;
    for (const auto& variable : variables.all())
        text += " " + variable.name + "=" + variable.value;
    for (const Problem& problem : variables.problems())
        text += " " + problem.variable + "!" + std::string(problem.code);
    return text;
}

// `line: name=value !code [ name=value ].`, a text for each row; the point follows parts, even if there are
// none.
Texts read(RowFormat format, const std::string& text, bool reject_unknown) {
    const RowBody body{format, text};
    RowNames names(bring_ticket(), reject_unknown);
    Texts rows;
    for (const Problem& problem : check_rows(body, names))
        rows.push_back(problem.variable + "!" + std::string(problem.code));
    if (!rows.empty())
        return rows;
    const auto reader = read_rows(body, names);
    for (Row row; reader->next(row);) {
        std::string& one = rows.emplace_back(std::to_string(row.line) + ":" + shown(row.variables));
        for (std::size_t i = 0; row.parts && i < row.parts->size(); ++i)
            one += " [" + shown(row.parts->at(i)) + " ]";
        one += row.parts ? "." : "";
    }
    return rows;
}

Texts csv_of_tickets(const std::string& text, bool reject_unknown = false) {
    return read(RowFormat::csv, text, reject_unknown);
}

Texts ndjson_of_tickets(const std::string& text, bool reject_unknown = false) {
    return read(RowFormat::ndjson, text, reject_unknown);
}

TEST(Parts, OfCsvHaveARowEach) {
    EXPECT_EQ(csv_of_tickets("tid,cid,Entry_Notes,entry_message,ENTRY_type\n"),
              Texts{"entry_message!duplicate_variable"});
    EXPECT_EQ(
        csv_of_tickets("tid,cid,Entry_Notes,ENTRY_type\n1,a,x,R\n1,,y,\n\n,,z,\n1,b,,\n2,a,,\n,a,w,\n,b,,\n"),
        (Texts{"2: tid=1 cid=a [ notes=x type=R ] [ notes=y type= ] [ notes=z type= ] [ notes= type= ].",
               "7: tid=2 cid=a.", "8: tid= cid=a [ notes=w type= ].", "9: tid= cid=b."}));
    EXPECT_EQ(csv_of_tickets("tid,cid\n1,a\n1,a\n"), (Texts{"2: tid=1 cid=a", "3: tid=1 cid=a"}));
    EXPECT_EQ(csv_of_tickets("cid,entry_notes\n,x\na,y\n,z\n"),
              (Texts{"2: cid= [ notes=x ].", "3: cid=a [ notes=y ] [ notes=z ]."}));
}

TEST(Parts, OfCsvThatDoNotFitAreTheRowsProblem) {
    EXPECT_EQ(csv_of_tickets("tid,cid,entry_notes\n1,a,x\n1\n1,,y,z\n2,b,'=1\n"),
              (Texts{"2: tid=1 cid=a !count_mismatch !count_mismatch [ notes=x ] [ ] [ notes=y ].",
                     "5: tid=2 cid=b [ notes==1 ]."}));
}

// Reads the first row of a body, and returns how many parts it has, and its problems.
std::pair<std::size_t, std::string> first_row(RowFormat format, const std::string& text) {
    const RowBody body{format, text};
    RowNames names(bring_ticket(), false);
    EXPECT_TRUE(check_rows(body, names).empty());
    const auto reader = read_rows(body, names);
    Row row;
    EXPECT_TRUE(reader->next(row));
    std::string problems;
    for (const Problem& problem : row.variables.problems())
        problems += problem.variable + "!" + std::string(problem.code) + " ";
    EXPECT_EQ(row.variables.complete(), problems.empty());
    EXPECT_FALSE(reader->next(row));
    return {row.parts->size(), problems};
}

std::string repeated(std::size_t times, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

TEST(Parts, OfARowAreTenThousandAtMost) {
    const std::pair<std::size_t, std::string> all = {most_parts, ""};
    const std::pair<std::size_t, std::string> too_many = {most_parts, "history!too_many_values "};
    const auto csv = [](std::size_t more) {
        return first_row(RowFormat::csv, "cid,entry_notes\na,x\n" + repeated(more, ",x\n"));
    };
    EXPECT_EQ(csv(most_parts - 1), all);
    EXPECT_EQ(csv(most_parts), too_many);
    EXPECT_EQ(csv(3 * most_parts), too_many);
    const auto ndjson = [](std::size_t count) {
        return first_row(RowFormat::ndjson,
                         "{\"cid\":\"a\",\"history\":[" + repeated(count - 1, "{},") + "{}]}");
    };
    EXPECT_EQ(ndjson(most_parts), all);
    EXPECT_EQ(ndjson(most_parts + 1), too_many);
    EXPECT_EQ(ndjson(3 * most_parts), too_many);
}

TEST(Parts, ThatDoNotFitAreElevenProblemsAtMost) {
    const Texts rows = csv_of_tickets("cid,entry_notes,entry_type\na,x,R\n" + repeated(1000, "\"\",x\n"));
    ASSERT_EQ(rows.size(), 1U);
    std::size_t problems = 0;
    for (std::size_t at = 0; (at = rows[0].find("!count_mismatch", at)) != std::string::npos; ++at)
        ++problems;
    EXPECT_EQ(problems, most_problems_of_row + 1);
}

Problems problems_of_parts(const std::string& list) {
    const RowBody body{RowFormat::ndjson, "{\"cid\":\"a\",\"history\":[" + list + "]}"};
    RowNames names(bring_ticket(), false);
    const auto reader = read_rows(body, names);
    Row row;
    EXPECT_TRUE(reader->next(row));
    Problems problems;
    Parts(*find_action(ticket_history(), verbs::bring), std::move(*row.parts), {}).check(problems);
    return problems;
}

TEST(Parts, AreCheckedUntilThereAreEnoughProblems) {
    EXPECT_EQ(problems_of_parts("{\"notes\":\"x\"}").size(), 0U);
    EXPECT_EQ(problems_of_parts("{},{\"notes\":[]},{\"date\":\"x\",\"notes\":1}").size(), 2U);
    const Problems problems = problems_of_parts(repeated(1000, "{\"type\":\"x\",\"notes\":1},") + "{}");
    EXPECT_EQ(problems.size(), most_problems_of_row + 1);
    EXPECT_NE(problems.back().text.find("(entry 11)"), std::string::npos) << problems.back().text;
}

TEST(Parts, OfNdjsonAreAList) {
    EXPECT_EQ(ndjson_of_tickets(
                  "{\"cid\":\"a\",\"history\":[{\"notes\":\"x\",\"uid\":12345678901234567890},{} , "
                  "{\"message\":true}]}\n"
                  "{\"History\":[],\"cid\":1.50}\n{\"cid\":\"a\"}\n{\"cid\":\"a\",\"history\":null}\n"),
              (Texts{"1: cid=a history= [ notes=x uid=12345678901234567890 ] [ ] [ notes=Y ].",
                     "2: history= cid=1.50.", "3: cid=a", "4: cid=a history="}));
}

TEST(Parts, OfNdjsonThatAreNoObjectsAreTheRowsProblem) {
    for (const char* list : {"[1]", "[{}", "[{},]", "[{}{}]", "[{}x]", "[,{}]", "[\"{}\"]"}) {
        const Texts rows = ndjson_of_tickets("{\"cid\":\"a\",\"history\":" + std::string(list) + "}\n");
        ASSERT_EQ(rows.size(), 1U) << list;
        EXPECT_NE(rows.front().find("history!malformed_body"), std::string::npos) << rows.front();
    }
    EXPECT_EQ(
        ndjson_of_tickets(
            "{\"history\":\"x\"}\n{\"history\":[{\"notes\":[]},{\"notes\":\"x\",\"notes\":\"y\"},{:}]}\n"),
        (Texts{"1: history=x history!malformed_body",
               "2: history= [ notes!malformed_body ] [ notes!duplicate_variable ] [ !malformed_body ]."}));
}

TEST(Parts, HaveNamesOfTheirOwn) {
    EXPECT_EQ(csv_of_tickets("cid,entry_id,entry_colour,overdue,entry_tid\na,1,red,Y,7\n", true),
              Texts{"entry_colour!unknown_variable"});
    EXPECT_EQ(csv_of_tickets("cid,entry_id,overdue,entry_tid,entry_notes\na,1,Y,7,x\n", true),
              Texts{"2: cid=a [ notes=x ]."});
    EXPECT_EQ(ndjson_of_tickets("{\"history\":[{\"colour\":\"red\",\"id\":\"1\"}]}\n", true),
              Texts{"1: history= [ colour=red id=1 colour!unknown_variable ]."});
}

// Tickets with these entries, as an export writes them: each the value of all its outputs.
std::string written_with_parts(RowFormat format, const std::vector<std::pair<std::string, Texts>>& records) {
    const auto writer = make_row_writer(format, tickets());
    const auto fields = [](const Resource& resource, const std::string& value) {
        FieldList list;
        for (const Output& output : resource.outputs)
            if (is_exported(resource, output) && output.source != Output::Source::fields)
                list.push_back({output.name, value});
        return list;
    };
    for (const auto& [ticket, entries] : records) {
        writer->record(fields(tickets(), ticket));
        for (const std::string& entry : entries)
            writer->record(fields(ticket_history(), entry));
        writer->end_parts();
    }
    std::string text;
    for (const std::string& piece : writer->finish())
        text += piece;
    return text;
}

TEST(Parts, ReadBackAsTheyWereWritten) {
    for (const RowFormat format : row_formats) {
        const std::string text =
            written_with_parts(format, {{"1", {"a,b", "=c\n"}}, {"2", {}}, {"3", {"d"}}});
        const RowBody body{format, text};
        RowNames names(bring_ticket(), true);
        ASSERT_EQ(check_rows(body, names).size(), 0U);
        const auto reader = read_rows(body, names);
        Texts rows;
        for (Row row; reader->next(row);) {
            rows.push_back(std::string(row.variables.get("tid")) + std::string(row.variables.get("tags")));
            for (std::size_t i = 0; i < row.parts.value().size(); ++i) {
                const Variables part = row.parts->at(i);
                EXPECT_EQ(part.all().size(), find_action(ticket_history(), verbs::bring)->variables.size());
                rows.back().append(" ").append(part.get("date")).append(part.get("message_id"));
            }
        }
        EXPECT_EQ(rows, (Texts{"11 a,ba,b =c\n=c\n", "22", "33 dd"}));
    }
}

TEST(Parts, FollowARecordWhoseCellsAreNotRepeated) {
    const std::string text = written_with_parts(RowFormat::csv, {{"7", {"x", "y"}}, {"8", {}}});
    std::istringstream lines(text);
    Texts rows;
    for (std::string line; std::getline(lines, line);)
        rows.push_back(line);
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_TRUE(rows[1].starts_with("7,7,7,")) << rows[1];
    EXPECT_TRUE(rows[2].starts_with("7,,,,")) << rows[2];
    for (const std::string& row : rows)
        EXPECT_EQ(std::count(row.begin(), row.end(), ','), std::count(rows[0].begin(), rows[0].end(), ','))
            << row;
}

}  // namespace
}  // namespace helpdesk
