#include "db/statements/keyword_sql.h"

#include "model/finder.h"
#include "model/resource.h"

namespace helpdesk::db {
namespace {

// Return the two tables of the index: the records that have a word, and the words of each record.
const ListTable& rows_of(const Selector& keyword) {
    return *keyword.lists.begin()[0];
}
const ListTable& texts_of(const Selector& keyword) {
    return *keyword.lists.begin()[1];
}

std::string rows_of_word(const Selector& keyword) {
    const ListTable& rows = rows_of(keyword);
    return " FROM " + quoted(rows.table) + " WHERE " + quoted(rows.column) + " LIKE ?";
}

}  // namespace

const Condition* keyword_of(const Selection& selection) {
    return selection.find([](const Finder& finder) { return finder.finds_words; });
}

bool looks_for_parts(const Selection& selection) {
    const Condition* match =
        selection.find([](const Finder& finder) { return finder.refines == &finders::keyword; });
    return match != nullptr && match->values.front() == "part";
}

// A word has letters and digits only, so nothing in it is special in a pattern.
Statement has_word(std::string_view record_id, const Selector& keyword, const std::string& word, bool part) {
    const ListTable& texts = texts_of(keyword);
    return {.sql = "(SELECT " + quoted(texts.column) + " LIKE ? FROM " + quoted(texts.table) + " WHERE " +
                   quoted(texts.owner) + " = " + std::string(record_id) + ")",
            .parameters = {(part ? "%" : "% ") + word + "%"}};
}

Statement gather(const Selector& keyword, const std::string& word) {
    return {.sql = "SELECT DISTINCT " + quoted(rows_of(keyword).owner) + " AS id" + rows_of_word(keyword),
            .parameters = {word + "%"}};
}

std::optional<Statement> count_rows(const Selection& selection) {
    const Condition* keyword = keyword_of(selection);
    const bool walks = selection.walk() != nullptr && !selection.counts_all();
    if (keyword == nullptr || walks || looks_for_parts(selection))
        return std::nullopt;
    Statement statement{.sql = "SELECT ", .parameters = {}};
    for (const std::string& word : keyword->values) {
        statement.sql += statement.parameters.empty() ? "" : ", ";
        statement.sql += "(SELECT COUNT(*) FROM (SELECT 1" + rows_of_word(*keyword->selector) + " LIMIT " +
                         std::to_string(most_gathered + 1) + ") AS counted)";
        statement.parameters.emplace_back(word + "%");
    }
    return statement;
}

std::optional<LeadingWord> leading_word(const Selection& selection, const Rows& counts) {
    const Condition* keyword = keyword_of(selection);
    const auto count = [&](std::size_t word) { return counts.number(static_cast<unsigned>(word + 1)); };
    std::size_t best = 0;
    for (std::size_t i = 1; i < keyword->values.size(); ++i)
        if (count(i) < count(best))
            best = i;
    if (count(best) > most_gathered && !selection.counts_all())
        return std::nullopt;
    return LeadingWord{keyword, keyword->values[best]};
}

}  // namespace helpdesk::db
