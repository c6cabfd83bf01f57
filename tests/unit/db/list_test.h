// What the tests of lists share: selections of a page table's records, and a sink that remembers them.
#pragma once

#include <sstream>

#include "db/db_test.h"
#include "db/pages.h"
#include "db/statements/record_sql.h"

namespace helpdesk::db {

// Shows what it gets: `1:a`, where a record has pieces `1:a[first][last]`.
class FakeSink : public RecordSink {
  public:
    void record(const StoredRecord& record) override {
        shown << (shown.tellp() == 0 ? "" : " ") << record.number << ':' << record.values.at(1);
        bytes += bytes_of_record;
    }
    void begin_record(StoredRecord record) override {
        this->record(record);
        bytes -= bytes_of_record;
    }
    void piece(std::string_view text, bool last) override {
        shown << '[' << text.size() << (last ? " last]" : "]");
        bytes += text.size();
    }
    std::size_t held() const override { return bytes; }

    // What came since it was asked for the last time, which is then sent.
    std::string sent() {
        std::string text = shown.str();
        shown.str("");
        bytes = 0;
        return text;
    }

    std::ostringstream shown;
    std::size_t bytes = 0;
    std::size_t bytes_of_record = 10;
};

// What stands after SELECT for a page, beside others.
inline const std::string page_columns =
    "record.`id`, record.`name`, record.`title`, CASE WHEN LENGTH(record.`body`) > 65536 THEN NULL ELSE "
    "record.`body` END, CAST(record.`date_added` AS CHAR), CAST(record.`last_updated` AS CHAR), "
    "record.version, "
    "LENGTH(record.`body`)";
// The row for it.
inline Row page(std::uint64_t id, const std::string& name,
                const std::string& changed = "2024-01-02 03:04:05") {
    return {id, name, "T", "B", "2024-01-01 00:00:00", changed, std::uint64_t{1}, std::uint64_t{1}};
}

// The statement of a list that takes only one.
inline std::string at_once(const std::string& where, const std::string& by = "id") {
    const std::string order = " ORDER BY record.`" + by + "`";
    return "SELECT " + page_columns + " FROM (SELECT record.id FROM `pages` AS record" + where + order +
           " LIMIT ?) AS page JOIN `pages` AS record ON record.id = page.id" + order;
}

class ListTest : public DbTest {
  protected:
    static Selection selected(std::string_view query, const Action& action) {
        Variables variables;
        decode_form(query, variables);
        Problems problems;
        Selection selection = check_selection(action, variables, 1000, problems);
        for (const Problem& problem : problems)
            ADD_FAILURE() << query << ": " << problem.variable << " " << problem.text;
        return selection;
    }
    static Selection selected(std::string_view query) {
        return selected(query, action_of(pages(), verbs::get));
    }

    ReadResult read(const Selection& selection) {
        return db::read(attempt, {.selection = selection, .position = position, .sink = sink});
    }
    // What a list gives from where it is, or the code of its problem.
    std::string list(const Selection& selection) {
        const ReadResult result = read(selection);
        return result.problems.empty() ? sink.sent() : std::string(result.problems.front().code);
    }

    ListPosition position;
    FakeSink sink;
};

}  // namespace helpdesk::db
