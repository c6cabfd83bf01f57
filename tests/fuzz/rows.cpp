// The rows of imports, of customers and of tickets, which have parts. An input is `csv` or `ndjson`, a line
// break, and the body.
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

void check_variables(const Variables& variables) {
    for (const auto& variable : variables.all()) {
        require(variable.name == text::to_lower(variable.name), "names are in lower case");
        require(text::is_utf8(variable.value) && text::is_printable(variable.value), "values are clean text");
    }
    for (const Problem& problem : variables.problems())
        require(http_status(problem.code) == 400 && !problem.text.empty(), "problems are bad input");
    require(variables.complete() || !variables.problems().empty(), "what hides variables is told");
}

std::vector<Variables> parts_of(const Row& row) {
    std::vector<Variables> parts;
    for (std::size_t i = 0; row.parts && i < row.parts->size(); ++i)
        parts.push_back(row.parts->at(i));
    return parts;
}

bool is_good(const Row& row) {
    const std::vector<Variables> parts = parts_of(row);
    return row.variables.problems().empty() &&
           std::all_of(parts.begin(), parts.end(),
                       [](const Variables& part) { return part.problems().empty(); });
}

const Action& row_action(const Resource& resource) {
    return resource.parts == nullptr ? *find_action(resource, verbs::add)
                                     : *find_action(resource, verbs::bring);
}

FieldList fields_of(const Resource& resource, const Variables& variables) {
    FieldList fields;
    for (const Output& output : resource.outputs)
        if (is_exported(resource, output) && output.source != Output::Source::fields)
            fields.push_back({output.name, variables.get(output.name)});
    return fields;
}

bool is_empty(const FieldList& fields) {
    return std::all_of(fields.begin(), fields.end(), [](const Field& field) { return field.value.empty(); });
}

void require_same(const Resource& resource, const FieldList& fields, const Variables& again) {
    for (const Field& field : fields)
        if (resource.find(field.name) != nullptr)
            require(again.get(field.name) == field.value, "a value is read as it was");
}

// A good row is the same when it was written and read again.
void check_round_trip(RowFormat format, const Resource& resource, const Row& row) {
    const FieldList fields = fields_of(resource, row.variables);
    // A record of empty cells is no row.
    if (is_empty(fields))
        return;
    const auto writer = make_row_writer(format, resource);
    writer->record(fields);
    const std::vector<Variables> parts_read = parts_of(row);
    std::vector<FieldList> parts;
    for (const Variables& part : parts_read)
        // Nor are empty cells a part.
        if (const FieldList of_part = fields_of(resource.parts(), part); !is_empty(of_part))
            parts.push_back(of_part);
    // What follows the row is told from it by the number.
    if (resource.parts != nullptr && row.variables.get(resource.key.variable).empty())
        parts.clear();
    for (const FieldList& part : parts)
        writer->record(part);
    if (resource.parts != nullptr)
        writer->end_parts();
    std::string text;
    for (const std::string& piece : writer->finish())
        text += piece;
    const RowBody body{format, std::move(text)};
    RowNames names(row_action(resource), true);
    require(check_rows(body, names).empty(), "what is written can be read");
    const auto reader = read_rows(body, names);
    Row again;
    require(reader->next(again) && again.variables.problems().empty(), "a row is read as a row");
    require_same(resource, fields, again.variables);
    require(again.parts.has_value() == (resource.parts != nullptr), "it has parts if its resource does");
    require(!again.parts || again.parts->size() == parts.size(), "with all of them");
    for (std::size_t i = 0; i < parts.size(); ++i)
        require_same(resource.parts(), parts[i], again.parts->at(i));
    require(!reader->next(again), "and nothing more");
}

void check(const Resource& resource, RowFormat format, std::string_view input) {
    const RowBody body{format, std::string(input)};
    RowNames names(row_action(resource), input.size() % 2 == 0);
    const Problems problems = check_rows(body, names);
    for (const Problem& problem : problems)
        require(http_status(problem.code) == 400 && !problem.text.empty(), "problems are bad input");
    if (!problems.empty())
        return;
    const auto reader = read_rows(body, names);
    std::size_t line = 0;
    for (Row row; reader->next(row);) {
        require(row.line > line && row.line <= count_lines(input), "rows are told apart by their lines");
        line = row.line;
        check_variables(row.variables);
        for (const Variables& part : parts_of(row))
            check_variables(part);
        if (is_good(row))
            for (const RowFormat other : row_formats)
                check_round_trip(other, resource, row);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const RowFormat format = parse_row_format(take_line(input)).value_or(RowFormat::csv);
    check(customers(), format, input);
    check(tickets(), format, input);
    return 0;
}
