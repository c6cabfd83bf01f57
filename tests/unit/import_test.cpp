#include "call/import.h"

#include <gtest/gtest.h>

namespace helpdesk {
namespace {

struct Checked {
    ImportOptions options;
    Problems problems;
};

Checked checked(std::string_view query) {
    Checked result;
    Variables variables;
    decode_form(query, variables);
    result.options = check_import(customers(), variables, result.problems);
    return result;
}

TEST(CheckImport, AddsUnlessToldOtherwise) {
    EXPECT_EQ(checked("").options.mode, &verbs::add);
    EXPECT_EQ(checked("mode=Update").options.mode, &verbs::update);
    EXPECT_EQ(checked("mode=upsert&dry_run=n").options.mode, &verbs::upsert);
    EXPECT_FALSE(checked("").options.dry_run);
    EXPECT_TRUE(checked("dry_run=y").options.dry_run);
    EXPECT_TRUE(checked("mode=").problems.empty());
}

TEST(CheckImport, RefusesWhatItDoesNotKnow) {
    const Checked result = checked("mode=remove&dry_run=yes");
    ASSERT_EQ(result.problems.size(), 2U);
    EXPECT_EQ(result.problems[0].variable, "mode");
    EXPECT_EQ(result.problems[1].variable, "dry_run");
    EXPECT_EQ(result.problems[1].code, code::invalid_choice);
    EXPECT_EQ(checked("dry_run=").problems.size(), 1U);
}

TEST(KeepEnd, AnUnknownOutcomeIsMoreThanAFailure) {
    const auto kept = [](std::initializer_list<std::string_view> codes) {
        Outcome kept;
        for (const std::string_view code : codes)
            keep_end({.problems = {{code, "", "why"}}, .log = std::string(code)}, kept);
        return kept.log;
    };
    EXPECT_EQ(kept({code::database_unavailable, code::outcome_unknown}), code::outcome_unknown);
    EXPECT_EQ(kept({code::outcome_unknown, code::database_unavailable}), code::outcome_unknown);
    EXPECT_EQ(kept({code::database_timeout, code::database_unavailable}), code::database_timeout);
}

TEST(WriteReport, InEachFormat) {
    const FieldList totals = {{"added", "1"}};
    const std::vector<FieldList> errors = {{{"line", "2"}, {"cid", "<a&b>"}, {"error", "x=\"1\""}}};
    const auto text = [&](Format format) {
        std::string joined;
        for (const std::string& piece : write_report(format, totals, errors))
            joined += piece;
        return joined;
    };
    EXPECT_EQ(text(Format::json),
              R"({"response":[{"added":"1"},{"line":"2","cid":"<a&b>","error":"x=\"1\""}]})");
    EXPECT_EQ(text(Format::url), "added=1\nline=2&cid=%3Ca%26b%3E&error=x%3D%221%22");
    EXPECT_NE(text(Format::xml).find("<error line=\"2\" cid=\"&lt;a&amp;b&gt;\">x=\"1\"</error>"),
              std::string::npos)
        << text(Format::xml);
}

}  // namespace
}  // namespace helpdesk
