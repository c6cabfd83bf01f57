#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "answer/rows.h"

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
        for (const Variables& part : row.parts.value_or(std::vector<Variables>()))
            one += " [" + shown(part) + " ]";
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
            for (const Variables& part : row.parts.value()) {
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
