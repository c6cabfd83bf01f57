// The rows of imports. An input is `csv` or `ndjson`, a line break, and the body.
#include <algorithm>
#include <cstdint>

#include "answer/rows.h"
#include "fuzz.h"
#include "text.h"

namespace {

using namespace helpdesk;

std::size_t count_lines(std::string_view text) {
    return 1 + static_cast<std::size_t>(
                   std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }));
}

void check_row(const Row& row) {
    bool incomplete = !row.variables.complete();
    for (const auto& variable : row.variables.all()) {
        require(variable.name == text::to_lower(variable.name), "names are in lower case");
        require(text::is_utf8(variable.value) && text::is_printable(variable.value), "values are clean text");
    }
    for (const Problem& problem : row.variables.problems())
        require(http_status(problem.code) == 400 && !problem.text.empty(), "problems are bad input");
    require(!incomplete || !row.variables.problems().empty(), "what hides variables is told");
}

// A good row is the same when it was written and read again.
void check_round_trip(RowFormat format, const Row& row) {
    const Resource& resource = customers();
    std::vector<std::string> values;
    for (const Output& output : resource.outputs)
        values.emplace_back(row.variables.get(output.name));
    // A record of empty cells is no row.
    if (std::all_of(values.begin(), values.end(), [](const std::string& value) { return value.empty(); }))
        return;
    FieldList fields;
    for (std::size_t i = 0; i < values.size(); ++i)
        fields.push_back({resource.outputs[i].name, values[i]});
    const auto writer = make_row_writer(format, resource);
    writer->record(fields);
    std::string text;
    for (const std::string& piece : writer->finish())
        text += piece;
    const RowBody body{format, std::move(text)};
    RowNames names(*find_action("add_customer"), true);
    require(check_rows(body, names).empty(), "what is written can be read");
    const auto reader = read_rows(body, names);
    Row again;
    require(reader->next(again) && again.variables.problems().empty(), "a row is read as a row");
    for (std::size_t i = 0; i < values.size(); ++i)
        if (resource.find(resource.outputs[i].name) != nullptr)
            require(again.variables.get(resource.outputs[i].name) == values[i], "a value is read as it was");
    require(!reader->next(again), "and nothing more");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const RowFormat format = parse_row_format(take_line(input)).value_or(RowFormat::csv);
    const RowBody body{format, std::string(input)};
    RowNames names(*find_action("add_customer"), size % 2 == 0);
    const Problems problems = check_rows(body, names);
    for (const Problem& problem : problems)
        require(http_status(problem.code) == 400 && !problem.text.empty(), "problems are bad input");
    if (!problems.empty())
        return 0;
    const auto reader = read_rows(body, names);
    std::size_t line = 0;
    for (Row row; reader->next(row);) {
        require(row.line > line && row.line <= count_lines(input), "rows are told apart by their lines");
        line = row.line;
        check_row(row);
        if (row.variables.problems().empty()) {
            check_round_trip(RowFormat::csv, row);
            check_round_trip(RowFormat::ndjson, row);
        }
    }
    return 0;
}
