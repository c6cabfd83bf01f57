// Cuts texts into words, and finds the jobs of a scratch table by keywords, for test_words.py.
//
//   helpdesk_words_check SOCKET USER PASSWORD DATABASE < lines
//
// A line is `text …` or `html …`, answered with the words between blanks, or `find …` with a query string,
// answered with the IDs that are found, or with the code of what is wrong.
#include <array>
#include <cstdio>
#include <iostream>
#include <string>

#include "check_database.h"
#include "db/database.h"
#include "db/statements/record_sql.h"
#include "model/finder.h"
#include "model/resource.h"
#include "request/select.h"
#include "search/words.h"

namespace {

using namespace helpdesk;

constexpr ListTable words = {.table = "job_words", .owner = "job_id", .column = "word"};
constexpr ListTable texts = {.table = "job_texts", .owner = "job_id", .column = "words"};

// clang-format off
constexpr std::array variables = {
    Variable{.name = "subject", .kind = &kinds::identifier, .column = "subject"},
    Variable{.name = "status", .column = "status"},
};

constexpr std::array selectors = {
    Selector{.name = "keyword", .finder = &finders::keyword, .lists = {&words, &texts}},
    Selector{.name = "keyword_match", .finder = &finders::keyword_match},
    Selector{.name = "status", .finder = &finders::equals, .columns = {"status"}},
    Selector{.name = "after_id", .finder = &finders::after_id, .columns = {"id"}},
};
// clang-format on

class Ids : public RecordSink {
  public:
    void record(const StoredRecord& record) override { text_ += " " + std::to_string(record.number); }
    void begin_record(StoredRecord record) override { text_ += " " + std::to_string(record.number); }
    void piece(std::string_view, bool) override {}
    std::size_t held() const override { return 0; }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string find(const DatabaseSettings& database, const Action& action, const std::string& query) {
    Variables input;
    decode_form(query, input);
    Problems problems;
    const Selection selection = check_selection(action, input, 1'000, problems);
    if (!problems.empty())
        return " " + std::string(problems.front().code);
    ListPosition position;
    Ids ids;
    const ReadResult result = read(database, {selection, position, ids});
    if (!result.problems.empty())
        return " " + result.log;
    return selection.count_only ? " " + std::to_string(result.count) : ids.text();
}

std::string join(const std::vector<std::string>& found) {
    std::string text;
    for (const std::string& word : found)
        text += " " + word;
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5)
        return 2;
    const DatabaseSettings database = database_of(argv);

    const Resource jobs =
        with_outputs({.names = {.one = "job", .many = "jobs", .element = "job", .noun = "job"},
                      .table = "jobs",
                      .variables = variables,
                      .selectors = selectors});
    std::vector<std::string> names = {"count", "count_only", "order", "order_direction", "page"};
    for (const Selector& selector : selectors)
        names.emplace_back(selector.name);
    const Action get{"get_jobs", "jobs", verbs::get, jobs, names, {}, {}, "Lists jobs."};

    for (std::string line; std::getline(std::cin, line);) {
        const std::string rest = line.substr(5);
        const bool html = line.starts_with("html");
        const std::string answer =
            line.starts_with("find")
                ? find(database, get, rest)
                : join(search::words_of(rest, html ? search::Markup::html : search::Markup::none));
        std::printf("%s\n", answer.substr(answer.empty() ? 0 : 1).c_str());
    }
    close_database_connections(std::chrono::seconds(0));
    return 0;
}
