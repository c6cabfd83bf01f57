#include "answer/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace helpdesk {
namespace {

using Texts = std::vector<std::string>;

const Action& add_customer() {
    return *find_action("add_customer");
}

// An export of these records.
std::string written(RowFormat format, const Resource& resource, const std::vector<Texts>& records) {
    const auto writer = make_row_writer(format, resource);
    for (const Texts& values : records) {
        FieldList fields;
        for (std::size_t i = 0; i < values.size(); ++i)
            fields.push_back({resource.outputs[i].name, values[i]});
        writer->record(fields);
    }
    std::string text;
    for (const std::string& piece : writer->finish())
        text += piece;
    return text;
}

// `line: name=value name=value !code`, a text for each row.
Texts read(const Action& action, RowFormat format, const std::string& text, bool reject_unknown) {
    const RowBody body{format, text};
    RowNames names(action, reject_unknown);
    Texts rows;
    for (const Problem& problem : check_rows(body, names))
        rows.push_back(problem.variable + "!" + std::string(problem.code));
    if (!rows.empty())
        return rows;
    const auto reader = read_rows(body, names);
    for (Row row; reader->next(row);) {
        std::string& shown = rows.emplace_back(std::to_string(row.line) + ":");
        for (const auto& variable : row.variables.all())
            shown += " " + variable.name + "=" + variable.value;
        for (const Problem& problem : row.variables.problems())
            shown += " " + problem.variable + "!" + std::string(problem.code);
    }
    return rows;
}

Texts csv(const std::string& text, bool reject_unknown = false) {
    return read(add_customer(), RowFormat::csv, text, reject_unknown);
}

Texts ndjson(const std::string& text, bool reject_unknown = false) {
    return read(add_customer(), RowFormat::ndjson, text, reject_unknown);
}

TEST(Csv, LineBreaksOfEachKindAndBlankLines) {
    const Texts rows = {"2: cid=a", "4: cid=b", "5: cid=c"};
    EXPECT_EQ(csv("cid\na\n\nb\nc"), rows);
    EXPECT_EQ(csv("cid\r\na\r\n\r\nb\r\nc\r\n"), rows);
    EXPECT_EQ(csv("cid\ra\r\rb\rc\r"), rows);
    EXPECT_EQ(csv("\xEF\xBB\xBF\n\ncid\na"), (Texts{"4: cid=a"}));
}

TEST(Csv, QuotesHoldAnything) {
    EXPECT_EQ(csv("cid,notes\n\"a\"\"b\",\"1\r\n2\n\n3,\"\nc,\" \""),
              (Texts{"2: cid=a\"b notes=1\r\n2\n\n3,", "6: cid=c notes= "}));
}

TEST(Csv, BlanksBelongToTheCellAndNotToTheName) {
    EXPECT_EQ(csv(" CID , Notes\n a , b "), (Texts{"2: cid= a  notes= b "}));
}

TEST(Csv, AQuotationMarkWhereNoneMayStandIsTheWholeBodysProblem) {
    for (const char* text : {"cid\na\"b", "cid\n\"a", "cid\n\"a\"b", "cid\nx\n\"a\n\n", "\"cid"})
        EXPECT_EQ(csv(text), (Texts{"!malformed_body"})) << text;
}

TEST(Csv, AHeaderThatDoesNotFit) {
    EXPECT_EQ(csv(""), (Texts{"!malformed_body"}));
    EXPECT_EQ(csv("\r\n\n"), (Texts{"!malformed_body"}));
    EXPECT_EQ(csv("notes\nx"), (Texts{"cid!required"}));
    EXPECT_EQ(csv("cid,Notes,notes,NOTES"), (Texts{"notes!duplicate_variable", "notes!duplicate_variable"}));
    std::string many = "cid";
    for (std::size_t i = 1; i < max_variables; ++i)
        many += ",c" + std::to_string(i);
    EXPECT_EQ(csv(many + "\n"), (Texts{}));
    EXPECT_EQ(csv(many + ",one_more\n"), (Texts{"!too_many_variables"}));
}

TEST(Csv, ColumnsThatNobodyKnows) {
    EXPECT_EQ(csv("cid,colour,,id,company_id,date_added\na,1,2,3,4,5"), (Texts{"2: cid=a"}));
    EXPECT_EQ(csv("cid,colour,,id\n", true), (Texts{"colour!unknown_variable", "!unknown_variable"}));
}

TEST(Csv, ARowHasAsManyCellsAsTheHeader) {
    EXPECT_EQ(csv("cid,notes\na\nb,c,d\ne,f"),
              (Texts{"2: cid=a !count_mismatch", "3: cid=b notes=c !count_mismatch", "4: cid=e notes=f"}));
}

TEST(Csv, RecordsOfEmptyCellsAreNone) {
    EXPECT_EQ(csv(",,\ncid,notes\n,\na,b\n\"\",\"\"\n,,,,\n,c\n,"),
              (Texts{"4: cid=a notes=b", "7: cid= notes=c"}));
    EXPECT_EQ(csv(",,\n"), (Texts{"!malformed_body"}));
}

TEST(Csv, FilesThatWerePutTogether) {
    EXPECT_EQ(csv("\uFEFFcid,notes\na,1\n\uFEFFcid,notes\nb,2\ncid,notes\nc,\uFEFF3\n\uFEFF\"d\","
                  "4\n\uFEFF\uFEFFe,\"x\n\uFEFFy\""),
              (Texts{"2: cid=a notes=1", "4: cid=b notes=2", "6: cid=c notes=\uFEFF3", "7: cid=d notes=4",
                     "8: cid=e notes=x\n\uFEFFy"}));
    EXPECT_EQ(csv("cid\ncid\n"), (Texts{"2: cid=cid"}));
    EXPECT_EQ(ndjson("{\"cid\":\"a\"}\n \uFEFF {\"cid\":\"b\"}\n\uFEFF\n"), (Texts{"1: cid=a", "2: cid=b"}));
}

TEST(Csv, AFileWithOtherColumnsThatFollowsIsRefused) {
    for (const char* second :
         {"\uFEFFcid,email\nc,d@x\n", "\uFEFF\"CID\",email\n", "\uFEFFemail\n", "\uFEFFcontact,cid\nd,c\n",
          "\uFEFF\n,\n ID ,cid\n1,c\n", "\uFEFFcid,contact,email\n", "\uFEFFcid\n"}) {
        const std::string text = "cid,contact\na,b\n" + std::string(second);
        EXPECT_EQ(csv(text), (Texts{"!malformed_body"})) << text;
    }
    EXPECT_EQ(csv("cid\na\n\uFEFFnotes\nb\n"), (Texts{"!malformed_body"}));
}

TEST(Csv, TheSameHeaderAfterAMarkInWhateverSpelling) {
    for (const char* header : {"cid,contact", "\"cid\",\"contact\"", " CID ,\"Contact\"", "\n,\ncid,contact"})
        EXPECT_EQ(csv("cid,contact\na,b\n\uFEFF" + std::string(header) + "\nc,d\n").size(), 2U) << header;
    EXPECT_EQ(csv("Cid\na\n\uFEFF\"cid\"\nb\n"), (Texts{"2: cid=a", "4: cid=b"}));
    // The names are the first file's. A row is no header for a column's name further behind.
    EXPECT_EQ(csv("contact,cid\na,b\n\uFEFFx,cid\n"), (Texts{"2: contact=a cid=b", "3: contact=x cid=cid"}));
    EXPECT_EQ(csv("cid,contact\nCid,Contact\n"), (Texts{"2: cid=Cid contact=Contact"}));
}

// The text of the only problem of a body.
std::string why(RowFormat format, const std::string& text) {
    for (const bool reject : {false, true}) {
        RowNames names(add_customer(), reject);
        const Problems problems = check_rows({format, text}, names);
        if (problems.size() != 1)
            return std::to_string(problems.size()) + " problems";
        if (reject)
            return message(problems.front());
    }
    return "";
}

TEST(Csv, TheLineOfAFileThatFollowsIsNamed) {
    EXPECT_EQ(why(RowFormat::csv, "cid,contact\na,b\n\n\uFEFFcid,email\n"),
              "another file with other columns begins in line 4; import it separately");
}

TEST(Csv, AnotherSeparatorIsNamed) {
    const std::string begin = "cid: no column has this name; the columns are separated by ";
    EXPECT_EQ(why(RowFormat::csv, "cid;contact\na;b"), begin + "';', not by ','");
    EXPECT_EQ(why(RowFormat::csv, "\uFEFF\n\"contact\";\"CID\"\r\n\"a, b\";\"b\"\r\n"),
              begin + "';', not by ','");
    EXPECT_EQ(why(RowFormat::csv, "contact\tcid\na\tb"), begin + "a tab, not by ','");
    EXPECT_EQ(why(RowFormat::csv, "cid|contact\na|b"), begin + "'|', not by ','");
    EXPECT_EQ(csv("cid,a;cid\nb,c"), (Texts{"2: cid=b"}));
}

TEST(Csv, WithoutItsLineBreaks) {
    const std::string text =
        "the body has no line break; curl's -d removes them from a file, so use --data-binary";
    EXPECT_EQ(why(RowFormat::csv, "cid,contacta,Jörgb,Ann"), text);
    EXPECT_EQ(why(RowFormat::csv, "\uFEFF\"cid\",\"contact\"\"a\",\"b\""), text);
    EXPECT_EQ(why(RowFormat::csv, "cid,email2,x@example.com"), text);
    EXPECT_EQ(why(RowFormat::csv, "cid,notesa,"), text);
    EXPECT_EQ(why(RowFormat::csv, "cida"), text);
    EXPECT_EQ(why(RowFormat::ndjson, "{\"cid\":\"a\"} {\"cid\":\"b\"}"), text);
    // No rows, as in an export of nothing.
    EXPECT_EQ(csv("cid,colour\n"), Texts());
    EXPECT_EQ(csv("\"CID\", notes,last_updated"), Texts());
    EXPECT_EQ(csv(written(RowFormat::csv, customers(), {})), Texts());
    EXPECT_EQ(ndjson("{\"cid\":\"a}{\"}"), (Texts{"1: cid=a}{"}));
}

TEST(Csv, AThousandColumnsAtMost) {
    const auto columns = [](int count) {
        std::string header = "cid";
        for (int i = 1; i < count; ++i)
            header += ",v" + std::to_string(i);
        return header + "\n";
    };
    EXPECT_EQ(csv(columns(1000)), Texts());
    EXPECT_EQ(why(RowFormat::csv, columns(1001)), "a header may have at most 1000 columns");
    // The cells of a row are counted even where they are not kept.
    const std::string cells = "a" + std::string(4999, ',') + "\n";
    const RowBody body{RowFormat::csv, "cid,notes\n" + cells + "b,\n"};
    RowNames names(add_customer(), false);
    ASSERT_TRUE(check_rows(body, names).empty());
    const auto reader = read_rows(body, names);
    Row row;
    ASSERT_TRUE(reader->next(row));
    EXPECT_EQ(message(row.variables.problems().front()), "the row has 5000 cells, but the header has 2");
    ASSERT_TRUE(reader->next(row));
    EXPECT_EQ(row.variables.get("cid"), "b");
    // A text beyond those that are kept makes a record a row, and longer records do not repeat the header.
    EXPECT_EQ(csv("cid\n" + std::string(4999, ',') + "x\n" + std::string(4999, ',') + "\n"),
              (Texts{"2: cid= !count_mismatch"}));
    EXPECT_EQ(csv(columns(1000) + "\uFEFF" + columns(1000)), Texts());
    EXPECT_EQ(csv(columns(1000) + "\uFEFF" + columns(1001)), (Texts{"!malformed_body"}));
}

TEST(Csv, Utf16IsNamed) {
    using namespace std::string_literals;
    for (const RowFormat format : {RowFormat::csv, RowFormat::ndjson})
        for (const std::string& body : {"\xFF\xFE"
                                        "c\0i\0d\0\n\0"s,
                                        "\xFE\xFF\0c\0i\0d"s, "c\0i\0d\0"s, "\0c\0i\0d"s})
            EXPECT_EQ(why(format, body), "the body is UTF-16, but must be UTF-8");
}

TEST(Csv, BadBytesAreTheRowsProblem) {
    using namespace std::string_literals;
    EXPECT_EQ(csv("cid,notes\na,\xFF\nb,x\0y\nc,d"s),
              (Texts{"2: cid=a notes=%FF notes!invalid_encoding",
                     "3: cid=b notes=x%00y notes!invalid_characters", "4: cid=c notes=d"}));
}

TEST(Csv, ALargeCell) {
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(csv("cid,notes\na,\"" + large + "\"\nb,c"),
              (Texts{"2: cid=a notes=" + large, "3: cid=b notes=c"}));
}

TEST(Ndjson, ARowALine) {
    EXPECT_EQ(ndjson("\xEF\xBB\xBF{\"cid\":\"a\"}\r\n\n {\"CID\":1,\"notes\":null} "),
              (Texts{"1: cid=a", "3: cid=1 notes="}));
    EXPECT_EQ(ndjson(""), Texts());
}

TEST(Ndjson, ABadLineIsTheRowsProblem) {
    EXPECT_EQ(ndjson("{\n[]\n{\"cid\":\"a\",\"cid\":\"b\"}\n{\"cid\":\"c\"}"),
              (Texts{"1: !malformed_body", "2: !malformed_body", "3: cid!duplicate_variable", "4: cid=c"}));
}

TEST(Ndjson, NamesThatNobodyKnows) {
    EXPECT_EQ(ndjson("{\"cid\":\"a\",\"id\":1}\n{\"cid\":\"b\",\"colour\":1}", true),
              (Texts{"1: cid=a id=1", "2: cid=b colour=1 colour!unknown_variable"}));
}

TEST(RowNames, ShowsAnEmptyOne) {
    RowNames names(add_customer(), false);
    Problems problems;
    for (const char* name : {"", "colour", ""})
        EXPECT_EQ(names.accept(name, problems), "");
    EXPECT_EQ(names.ignored(), "\"\",colour");
    EXPECT_EQ(ndjson("{\"cid\":\"a\",\"\":1}", true), (Texts{"1: cid=a =1 !unknown_variable"}));
}

class Aliases : public testing::Test {
  protected:
    static const Action& action() {
        static constexpr std::array aliases = {Alias{"uid", "cid"}, Alias{"person", "contact"},
                                               Alias{"last_updated", "email"}};
        static const Resource resource = [] {
            Resource copy = customers();
            copy.variable_aliases = aliases;
            return copy;
        }();
        static const std::vector<Action> actions = actions_of(resource);
        return *std::find_if(actions.begin(), actions.end(),
                             [](const Action& action) { return action.verb.adds; });
    }
    static Texts read_as(RowFormat format, const std::string& text) {
        return read(action(), format, text, true);
    }
    static std::string why_as(const std::string& text) {
        RowNames names(action(), true);
        const Problems problems = check_rows({RowFormat::csv, text}, names);
        return problems.empty() ? "" : message(problems.front());
    }
};

TEST_F(Aliases, AreReadAsTheirVariables) {
    EXPECT_EQ(read_as(RowFormat::csv, "UID,person\na,Ann\n"), (Texts{"2: cid=a contact=Ann"}));
    EXPECT_EQ(read_as(RowFormat::csv, "uid\na\n\uFEFFuid\nb\n"), (Texts{"2: cid=a", "4: cid=b"}));
    EXPECT_EQ(read_as(RowFormat::ndjson, "{\"uid\":\"a\",\"Person\":\"Ann\"}"),
              (Texts{"1: cid=a contact=Ann"}));
}

TEST_F(Aliases, AreRefusedBesideTheirVariables) {
    EXPECT_EQ(why_as("cid,contact,person\na,b,c\n"), "person: is another name of the column contact");
    EXPECT_EQ(why_as("person,cid,contact\na,b,c\n"), "contact: is another name of the column person");
    EXPECT_EQ(read_as(RowFormat::ndjson, "{\"cid\":\"a\",\"person\":\"b\",\"contact\":\"c\"}"),
              (Texts{"1: cid=a person=b contact=c contact!duplicate_variable"}));
}

TEST_F(Aliases, DoNotHideTheOutputsOfAnExport) {
    EXPECT_EQ(read_as(RowFormat::csv, "cid,last_updated\na,b\n"), (Texts{"2: cid=a"}));
}

TEST(RowNames, TellsTheFirstThatAreIgnoredOnce) {
    RowNames names(add_customer(), false);
    Problems problems;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 100; ++i)
            EXPECT_EQ(names.accept("v" + std::to_string(i), problems), "");
    EXPECT_EQ(names.accept("last_updated", problems), "");
    EXPECT_EQ(names.accept("cid", problems), "cid");
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(names.ignored(), "v0,v1,v2,v3,v4,v5,v6,v7,v8,v9,v10,v11,v12,v13,v14,v15,v16,v17,v18,v19");
}

// What is written of the portals' records: three outputs, of which an import of customers reads none.
std::string written(RowFormat format, const Texts& values) {
    return written(format, portals(), {values}).substr(written(format, portals(), {}).size());
}

TEST(WriteRow, QuotesWhatNeedsIt) {
    EXPECT_EQ(written(RowFormat::csv, portals(), {}), "id,name,url\r\n");
    EXPECT_EQ(written(RowFormat::ndjson, portals(), {}), "");
    EXPECT_EQ(written(RowFormat::csv, {"1", "a,\"b\"", "x\ny"}), "1,\"a,\"\"b\"\"\",\"x\ny\"\r\n");
    EXPECT_EQ(written(RowFormat::ndjson, {"1", "a\"\n", "é"}),
              "{\"id\":\"1\",\"name\":\"a\\\"\\n\",\"url\":\"é\"}\n");
}

TEST(WriteRow, WhatLooksLikeAFormulaIsNone) {
    EXPECT_EQ(written(RowFormat::csv, {"=1", "+1", "-1"}), "'=1,'+1,'-1\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"@a", "\ta", "\ra"}), "'@a,'\ta,\"'\ra\"\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"'=1", "''-", "'a"}), "''=1,'''-,'a\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"", "'", "a=1"}), ",',a=1\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"\na", "＝1", "＋1"}), "\"'\na\",'＝1,'＋1\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"－1", "＠a", "'＝"}), "'－1,'＠a,''＝\r\n");
    EXPECT_EQ(written(RowFormat::csv, {"ｘ", "a＝", "＜"}), "ｘ,a＝,＜\r\n");
    EXPECT_EQ(written(RowFormat::ndjson, {"=1", "", ""}), "{\"id\":\"=1\",\"name\":\"\",\"url\":\"\"}\n");
}

TEST(WriteRow, InPieces) {
    const auto text = [](RowFormat format, std::string_view begin, std::string_view end) {
        const auto writer = make_row_writer(format, portals());
        writer->begin_record();
        writer->field({"id", "1"});
        writer->begin_value("name");
        writer->piece(begin);
        writer->piece(end);
        writer->end_value();
        writer->field({"url", "x,y"});
        writer->end_record();
        std::string text;
        for (const std::string& piece : writer->finish())
            text += piece;
        return text.substr(written(format, portals(), {}).size());
    };
    EXPECT_EQ(text(RowFormat::csv, "a\"", "=b"), "1,\"a\"\"=b\",\"x,y\"\r\n");
    EXPECT_EQ(text(RowFormat::csv, "=a", "b"), "1,\"'=ab\",\"x,y\"\r\n");
    EXPECT_EQ(text(RowFormat::ndjson, "a\"", "\n"), "{\"id\":\"1\",\"name\":\"a\\\"\\n\",\"url\":\"x,y\"}\n");
}

TEST(WriteRow, ReadsBackAsItWas) {
    for (const std::string value :
         {"=1", "'=1", "''=1", "'",   "''", "'a", "-",  "\"",  "a\"\"b", "\r\n", ",",
          " ",  "\t",  "\n=",  "＝1", "＋", "－", "＠", "'＝", "\n",     "'\n",  "\uFEFF"}) {
        for (const RowFormat format : {RowFormat::csv, RowFormat::ndjson}) {
            const Resource& resource = customers();
            const std::string text = written(format, resource, {Texts(resource.outputs.size(), value)});
            RowNames names(add_customer(), true);
            const RowBody body{format, text};
            ASSERT_TRUE(check_rows(body, names).empty());
            Row row;
            ASSERT_TRUE(read_rows(body, names)->next(row));
            EXPECT_EQ(*row.variables.find("notes"), value);
            EXPECT_TRUE(row.variables.problems().empty());
        }
    }
}

TEST(RowFormat, Names) {
    EXPECT_EQ(parse_row_format("CSV"), RowFormat::csv);
    EXPECT_EQ(parse_row_format("ndjson"), RowFormat::ndjson);
    EXPECT_EQ(parse_row_format("xml"), std::nullopt);
    EXPECT_EQ(body_type("text/csv; header=present"), BodyType::csv);
    EXPECT_EQ(body_type("application/jsonl"), BodyType::ndjson);
    EXPECT_EQ(body_type("text/csv; charset=latin1"), BodyType::unsupported);
}

}  // namespace
}  // namespace helpdesk
