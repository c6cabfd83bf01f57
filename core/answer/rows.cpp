#include "answer/rows.h"

#include <algorithm>
#include <utility>

#include "answer/csv_text.h"
#include "request/decode_list.h"
#include "request/json_numbers.h"
#include "text.h"

namespace helpdesk {
namespace {

std::vector<std::string> names_in(const CsvRecord& header) {
    std::vector<std::string> names;
    names.reserve(header.cells.size());
    for (const std::string& cell : header.cells)
        names.push_back(text::to_lower(text::trim(cell)));
    return names;
}

// Distinguishes rows from the headers of files that were joined.
class Header {
  public:
    Header(const CsvRecord& first, const RowNames& names)
        : cells_(first.cells), columns_(names_in(first)), names_(names) {}

    enum class Match { row, same, other };

    // A mark says that a file begins. Without a mark, a single cell that repeats the header may as well be a
    // row, and is read as one.
    Match match(const CsvRecord& record) const {
        const bool as_long = record.size == cells_.size();
        if (as_long && record.cells == cells_ && (record.marked || cells_.size() > 1))
            return Match::same;
        if (!record.marked || !names_.is_known(text::to_lower(text::trim(record.cells.front()))))
            return Match::row;
        return as_long && names_in(record) == columns_ ? Match::same : Match::other;
    }

  private:
    std::vector<std::string> cells_;
    std::vector<std::string> columns_;
    const RowNames& names_;
};

// Returns the variables for which the columns stand. The variable of a column that is not read is empty.
std::vector<std::string> variables_of(const std::vector<std::string>& columns, RowNames& names,
                                      Problems& problems) {
    std::vector<std::string> variables;
    for (const std::string& column : columns) {
        std::string variable = names.accept(column, problems);
        const auto same = std::find(variables.begin(), variables.end(), variable);
        if (!variable.empty() && same != variables.end()) {
            const std::string& other = columns[static_cast<std::size_t>(same - variables.begin())];
            if (other != column)
                problems.push_back({code::duplicate_variable, printable_name(column),
                                    "is another name of the column " + printable_name(other)});
        }
        variables.push_back(std::move(variable));
    }
    return variables;
}

// Reads a header, and returns the variables of its columns.
std::vector<std::string> read_header(const CsvRecord& header, RowNames& names, Problems& problems) {
    std::vector<std::string> columns;
    if (header.size > max_variables) {
        problems.push_back({code::too_many_variables, "",
                            "a header may have at most " + std::to_string(max_variables) + " columns"});
        return columns;
    }
    for (std::string& name : names_in(header)) {
        if (!name.empty() && std::find(columns.begin(), columns.end(), name) != columns.end())
            problems.push_back(
                {code::duplicate_variable, printable_name(name), "is the name of two columns"});
        columns.push_back(std::move(name));
    }
    return variables_of(columns, names, problems);
}

// A record may continue the row before it, with another part of that.
class CsvReader : public RowReader {
  public:
    CsvReader(std::string_view text, RowNames& names) : text_(text), names_(names) {
        Problems checked_before;
        if (text_.next(record_)) {
            header_.emplace(record_, names);
            columns_ = read_header(record_, names, checked_before);
        }
        for (const std::string& column : columns_)
            has_parts_ = has_parts_ || !names_.name_in_part(column).empty();
    }

    bool next(Row& row) override {
        if (!std::exchange(is_read_, false) && !read_record())
            return false;
        row = {record_.line, {}, {}};
        if (has_parts_)
            row.parts.emplace([this](std::string_view text) { return decode_part(text); });
        add_cells(row);
        add_part(row, false);
        while (has_parts_ && read_record()) {
            if (!continues(row)) {
                is_read_ = true;
                break;
            }
            add_part(row, true);
        }
        return true;
    }

  private:
    bool read_record() {
        do {
            if (!text_.next(record_))
                return false;
        } while (header_->match(record_) != Header::Match::row);
        return true;
    }

    void check_size(Row& row) const {
        if (record_.size != columns_.size() && !are_enough(row.variables.problems()))
            row.variables.add_problem({code::count_mismatch, "",
                                       "the row has " + std::to_string(record_.size) +
                                           " cells, but the header has " + std::to_string(columns_.size())});
    }

    // Returns a cell without the apostrophe that protects a formula.
    static std::string_view shown(const std::string& cell) {
        return std::string_view(cell).substr(cell.starts_with('\'') && looks_like_formula(cell) ? 1 : 0);
    }

    void add_cells(Row& row) {
        check_size(row);
        for (std::size_t i = 0; i < std::min(record_.cells.size(), columns_.size()); ++i)
            if (!columns_[i].empty() && names_.name_in_part(columns_[i]).empty())
                row.variables.add(columns_[i], std::string(shown(record_.cells[i])));
    }

    // Empty cells are no part, except in a record that has nothing else. Beyond the most that a row may have,
    // the records that continue it are only passed over.
    void add_part(Row& row, bool is_alone) {
        if (!has_parts_ || !row.variables.complete())
            return;
        if (is_alone)
            check_size(row);
        if (!is_alone && has_no_part())
            return;
        if (!row.parts->add(record_.text))
            row.variables.add_unreadable(too_many_parts(names_.list_of_parts()));
    }

    bool has_no_part() const {
        for (std::size_t i = 0; i < std::min(record_.cells.size(), columns_.size()); ++i)
            if (!names_.name_in_part(columns_[i]).empty() && !record_.cells[i].empty())
                return false;
        return true;
    }

    Variables decode_part(std::string_view text) const {
        CsvText csv(text);
        CsvRecord record;
        csv.next(record);
        Variables part;
        for (std::size_t i = 0; i < std::min(record.cells.size(), columns_.size()); ++i)
            if (const std::string_view name = names_.name_in_part(columns_[i]); !name.empty())
                part.add(name, std::string(shown(record.cells[i])));
        return part;
    }

    // Returns whether the record has the number of the row, or nothing of a row but a part.
    bool continues(const Row& row) const {
        bool is_empty = true;
        for (std::size_t i = 0; i < std::min(record_.cells.size(), columns_.size()); ++i) {
            if (columns_[i].empty() || !names_.name_in_part(columns_[i]).empty())
                continue;
            const bool has_cell = !record_.cells[i].empty();
            if (columns_[i] == names_.number() && has_cell &&
                shown(record_.cells[i]) == row.variables.get(columns_[i]))
                return true;
            is_empty = is_empty && !has_cell;
        }
        return is_empty;
    }

    CsvText text_;
    CsvRecord record_;
    bool is_read_ = false;  // whether the record belongs to the next row
    std::optional<Header> header_;
    std::vector<std::string> columns_;
    bool has_parts_ = false;
    RowNames& names_;
};

class NdjsonReader : public RowReader {
  public:
    NdjsonReader(std::string_view text, RowNames& names) : rest_(text), names_(names) {}

    bool next(Row& row) override {
        while (!rest_.empty()) {
            const std::string_view line = text::trim(without_mark(text::trim(split_line(rest_))));
            ++line_;
            if (line.empty())
                continue;
            row = {line_, {}, {}};
            decode(line, row);
            return true;
        }
        return false;
    }

  private:
    void decode(std::string_view line, Row& row) {
        const std::string_view list = names_.list_of_parts();
        PartList parts([this](std::string_view text) { return decode_part(text); });
        if (list.empty())
            decode_json(line, row.variables, "row");
        else if (decode_json_with_list(line, row.variables, "row", list, parts))
            row.parts = std::move(parts);
        if (!list.empty() && !row.variables.get(list).empty())
            row.variables.add_problem(
                {code::malformed_body, std::string(list), "must be a list of JSON objects"});
        resolve_names(row.variables, [&](const std::string& name, Problems& problems) {
            return names_.accept(name, problems);
        });
    }

    Variables decode_part(std::string_view text) const {
        Variables part;
        decode_json(text, part, "item");
        resolve_names(part, [&](const std::string& name, Problems& problems) {
            return names_.accept_in_part(name, problems);
        });
        return part;
    }

    template <typename Accept>
    static void resolve_names(Variables& variables, Accept accept) {
        Problems problems;
        for (const Variables::Sent& sent : variables.all()) {
            const std::string name = sent.name;
            const std::string variable = accept(name, problems);
            if (!variable.empty() && variable != name && !variables.rename(name, variable))
                problems.push_back(sent_as_well_as(variable, name));
        }
        for (Problem& problem : problems)
            variables.add_problem(std::move(problem));
    }

    std::string_view rest_;
    RowNames& names_;
    std::size_t line_ = 0;
};

constexpr std::string_view no_line_break =
    "the body has no line break; curl's -d removes them from a file, so use --data-binary";

// Splits a line at each separator, regardless of quotation marks, for as long as `holds` is true of the
// names. Returns whether it was true of all.
template <typename Holds>
bool all_names(std::string_view line, char separator, const Holds& holds) {
    while (true) {
        const std::size_t end = line.find(separator);
        std::string_view name = text::trim(line.substr(0, end));
        if (name.size() > 1 && name.starts_with('"') && name.ends_with('"'))
            name = text::trim(name.substr(1, name.size() - 2));
        if (!holds(text::to_lower(name)))
            return false;
        if (end == std::string_view::npos)
            return true;
        line.remove_prefix(end + 1);
    }
}

bool has_name(std::string_view line, char separator, std::string_view name) {
    return !all_names(line, separator, [&](const std::string& other) { return other != name; });
}

// Returns the header as it is written, without empty lines before it.
std::string_view first_line(std::string_view text) {
    while (!text.empty())
        if (const std::string_view line = text::trim(without_mark(split_line(text))); !line.empty())
            return line;
    return {};
}

struct Separator {
    char sign;
    std::string_view name;
};

constexpr std::array separators = {Separator{';', "';'"}, Separator{'\t', "a tab"}, Separator{'|', "'|'"}};

// Returns what separates the columns if it is not a comma. Empty if it may be one.
std::string_view other_separator(std::string_view header, std::string_view identifier) {
    if (has_name(header, ',', identifier))
        return {};
    const auto* found = std::find_if(separators.begin(), separators.end(), [&](const Separator& one) {
        return header.find(one.sign) != std::string_view::npos && has_name(header, one.sign, identifier);
    });
    return found == separators.end() ? std::string_view() : found->name;
}

// An export without records is a header alone, and is valid. Its line ends with a line break, or at least all
// its names are those of variables.
bool lost_its_line_breaks(std::string_view text, const RowNames& names) {
    text = without_mark(text);
    return !text.empty() && text.find_first_of("\r\n") == std::string_view::npos &&
           !all_names(text, ',', [&](const std::string& name) { return names.is_known(name); });
}

// In UTF-16 a character has two bytes. The text begins with its mark, or one of the first two bytes is zero,
// since they are ASCII.
bool is_utf16(std::string_view text) {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
           text.substr(0, 2).find('\0') != std::string_view::npos;
}

// Returns whether a text without a line break holds several objects.
bool are_several_objects(std::string_view text) {
    text = text::trim(without_mark(text));
    return text.find_first_of("\r\n") == std::string_view::npos && text.starts_with('{') &&
           text::trim(text.substr(json_value_end(text))).starts_with('{');
}

Problems check_ndjson(std::string_view text) {
    if (are_several_objects(text))
        return {{code::malformed_body, "", std::string(no_line_break)}};
    return {};
}

Problems check_csv(std::string_view text, RowNames& names) {
    if (const auto separator = other_separator(first_line(text), names.identifier()); !separator.empty())
        return {{code::required, std::string(names.identifier()),
                 "no column has this name; the columns are separated by " + std::string(separator) +
                     ", not by ','"}};
    if (lost_its_line_breaks(text, names))
        return {{code::malformed_body, "", std::string(no_line_break)}};
    CsvText csv(text);
    CsvRecord record;
    Problems problems;
    std::optional<Header> header;
    if (csv.next(record)) {
        header.emplace(record, names);
        const std::vector<std::string> columns = read_header(record, names, problems);
        const std::string identifier(names.identifier());
        if (problems.empty() && std::find(columns.begin(), columns.end(), identifier) == columns.end())
            problems.push_back({code::required, identifier,
                                "no column has this name; the first line must be the names of the columns, "
                                "with commas between"});
    } else if (!csv.broken()) {
        problems.push_back({code::malformed_body, "", "the body has no header"});
    }
    while (header && problems.empty() && csv.next(record))
        if (header->match(record) == Header::Match::other)
            problems.push_back({code::malformed_body, "",
                                "another file with other columns begins in line " +
                                    std::to_string(record.line) + "; import it separately"});
    if (csv.broken())
        problems = {{code::malformed_body, "",
                     "the row that begins in line " + std::to_string(record.line) +
                         " has a quotation mark where none is allowed, or one that is never closed"}};
    return problems;
}

bool knows(const Action& action, std::string_view name) {
    return !action.resolve(name).empty() || action.resource.find_output(name) != nullptr;
}

// A row that renames its record would not find it when the import is sent again.
bool reads(const Action& action, std::string_view name) {
    return action.knows(name) && name != action.resource.renamed_by;
}

}  // namespace

RowNames::RowNames(const Action& action, bool reject_unknown)
    : action_(action), unknown_(action, reject_unknown) {
    if (action.verb.brings && action.resource.parts != nullptr) {
        const Resource& parts = action.resource.parts();
        parts_ = find_action(parts, verbs::bring);
        prefix_ = column_prefix(parts);
    }
}

std::string_view RowNames::list_of_parts() const {
    return parts_ == nullptr ? std::string_view() : parts_->resource.names.many;
}

std::string_view RowNames::name_in_part(std::string_view column) const {
    const bool is_one = parts_ != nullptr && column.starts_with(prefix_);
    return is_one ? column.substr(prefix_.size()) : std::string_view();
}

// A record that brings its own number may do without.
std::string_view RowNames::identifier() const {
    if (!action_.verb.brings)
        return action_.resource.known_by();
    const auto variables = action_.resource.variables;
    return std::find_if(variables.begin(), variables.end(),
                        [](const Variable& variable) { return variable.required; })
        ->name;
}

std::string_view RowNames::number() const {
    return action_.resource.key.variable;
}

bool RowNames::is_known(std::string_view name) const {
    const std::string_view of_part = name_in_part(name);
    return of_part.empty() || parts_ == nullptr ? knows(action_, name) : knows(*parts_, of_part);
}

std::string RowNames::accept(const std::string& name, Problems& problems) {
    if (const std::string_view own = name_in_part(name); !own.empty()) {
        const std::string variable = accept(*parts_, std::string(own), prefix_, problems);
        return variable.empty() ? "" : prefix_ + variable;
    }
    if (!name.empty() && name == list_of_parts())
        return {};
    return accept(action_, name, "", problems);
}

std::string RowNames::accept_in_part(const std::string& name, Problems& problems) {
    Problems found;
    std::string variable = accept(*parts_, name, prefix_, found);
    for (Problem& problem : found) {
        problem.variable.erase(0, prefix_.size());
        problems.push_back(std::move(problem));
    }
    return variable;
}

std::string RowNames::accept(const Action& action, const std::string& name, const std::string& prefix,
                             Problems& problems) {
    if (reads(action, name))
        return name;
    // An output is not read even if it is an alias as well, so that every export can be imported.
    if (action.resource.find_output(name) != nullptr)
        return {};
    const std::string_view variable = action.resolve(name);
    if (reads(action, variable))
        return std::string(variable);
    unknown_.add(prefix + name, problems);
    return {};
}

Problems check_rows(const RowBody& body, RowNames& names) {
    if (is_utf16(body.text))
        return {{code::invalid_encoding, "", "the body is UTF-16, but must be UTF-8"}};
    return body.format == RowFormat::csv ? check_csv(body.text, names) : check_ndjson(body.text);
}

std::unique_ptr<RowReader> read_rows(const RowBody& body, RowNames& names) {
    if (body.format == RowFormat::csv)
        return std::make_unique<CsvReader>(body.text, names);
    return std::make_unique<NdjsonReader>(body.text, names);
}

}  // namespace helpdesk
