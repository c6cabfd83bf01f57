#include "answer/rows.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "json.h"
#include "request/json_numbers.h"
#include "text.h"

namespace helpdesk {
namespace {

// Removes the byte order mark that some programs put in front of UTF-8. In files that were joined, there may
// be one wherever a file began.
std::string_view without_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    while (text.starts_with(mark))
        text.remove_prefix(mark.size());
    return text;
}

// Splits off and returns a line, with its CRLF, LF or CR.
std::string_view split_line(std::string_view& text) {
    std::size_t end = text.find_first_of("\r\n");
    if (end != std::string_view::npos)
        end += text.substr(end).starts_with("\r\n") ? 2 : 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(line.size());
    return line;
}

// The beginnings of a formula, by OWASP's list (https://owasp.org/www-community/attacks/CSV_Injection). The
// last four are full-width forms, which some spreadsheets accept as well.
constexpr std::array<std::string_view, 11> formula_signs = {"=",  "+",      "-",      "@",      "\t",    "\r",
                                                            "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

// Returns whether a spreadsheet would read the cell as a formula, or has an apostrophe in front to prevent
// that.
bool looks_like_formula(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    return std::any_of(formula_signs.begin(), formula_signs.end(),
                       [&](std::string_view sign) { return cell.starts_with(sign); });
}

struct CsvRecord {
    std::size_t line = 0;
    bool marked = false;             // begins with a mark, or follows one that is alone in its line
    std::size_t size = 0;            // how many cells it has
    std::vector<std::string> cells;  // as many of them as a header may have columns
    bool is_empty = true;            // no cell has a text

    void add(const char* text, std::size_t length) {
        ++size;
        is_empty = is_empty && length == 0;
        if (cells.size() < max_variables)
            cells.emplace_back(text, length);
    }
};

// Feeds libcsv's parser line by line, so that it is known in which line a record begins.
class CsvText {
  public:
    explicit CsvText(std::string_view text) : rest_(text) {
        constexpr std::size_t block = 4096;
        if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0)
            throw std::bad_alloc();
        csv_set_blk_size(&parser_, block);
        csv_set_space_func(&parser_, [](unsigned char) { return 0; });
    }
    CsvText(const CsvText&) = delete;
    CsvText& operator=(const CsvText&) = delete;
    ~CsvText() { csv_free(&parser_); }

    // Reads the next record that is not empty. Returns false at the end, or if the text is broken().
    bool next(CsvRecord& record) {
        record.marked = false;
        while (read(record))
            if (!record.is_empty)
                return true;
        return false;
    }

    bool broken() const { return broken_; }

  private:
    bool read(CsvRecord& record) {
        record.cells.clear();
        record.size = 0;
        record.is_empty = true;
        record_ = &record;
        ended_ = false;
        bool begun = false;
        while (!rest_.empty() && !ended_) {
            std::string_view line = split_line(rest_);
            ++line_;
            if (!begun) {
                const std::size_t size = line.size();
                line = without_mark(line);
                record.marked = record.marked || line.size() < size;
                record.line = line_;
            }
            begun = begun || line.find_first_not_of("\r\n") != std::string_view::npos;
            broken_ =
                csv_parse(&parser_, line.data(), line.size(), add_cell, end_record, this) != line.size();
            check_memory();
            if (broken_)
                return false;
        }
        if (!ended_) {
            broken_ = csv_fini(&parser_, add_cell, end_record, this) != 0;
            check_memory();
        }
        return ended_;
    }

    void check_memory() const {
        if (out_of_memory_ || (broken_ && csv_error(const_cast<csv_parser*>(&parser_)) != CSV_EPARSE))
            throw std::bad_alloc();
    }

    static void add_cell(void* cell, std::size_t size, void* self) noexcept {
        auto& text = *static_cast<CsvText*>(self);
        try {
            text.record_->add(static_cast<const char*>(cell), size);
        } catch (const std::exception&) {
            text.out_of_memory_ = true;
        }
    }

    static void end_record(int /*end*/, void* self) noexcept { static_cast<CsvText*>(self)->ended_ = true; }

    csv_parser parser_{};
    std::string_view rest_;
    std::size_t line_ = 0;
    CsvRecord* record_ = nullptr;
    bool ended_ = false;
    bool broken_ = false;
    bool out_of_memory_ = false;
};

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

class CsvReader : public RowReader {
  public:
    CsvReader(std::string_view text, RowNames& names) : text_(text) {
        Problems checked_before;
        if (text_.next(record_)) {
            header_.emplace(record_, names);
            columns_ = read_header(record_, names, checked_before);
        }
    }

    bool next(Row& row) override {
        do {
            if (!text_.next(record_))
                return false;
        } while (header_->match(record_) != Header::Match::row);
        row = {record_.line, {}};
        if (record_.size != columns_.size())
            row.variables.add_problem({code::count_mismatch, "",
                                       "the row has " + std::to_string(record_.size) +
                                           " cells, but the header has " + std::to_string(columns_.size())});
        for (std::size_t i = 0; i < std::min(record_.cells.size(), columns_.size()); ++i) {
            std::string& cell = record_.cells[i];
            if (columns_[i].empty())
                continue;
            if (cell.starts_with('\'') && looks_like_formula(cell))
                cell.erase(0, 1);
            row.variables.add(columns_[i], std::move(cell));
        }
        return true;
    }

  private:
    CsvText text_;
    CsvRecord record_;
    std::optional<Header> header_;
    std::vector<std::string> columns_;
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
            row = {line_, {}};
            decode_json(line, row.variables, "row");
            resolve_names(row.variables);
            return true;
        }
        return false;
    }

  private:
    void resolve_names(Variables& variables) {
        Problems problems;
        for (const Variables::Sent& sent : variables.all()) {
            const std::string name = sent.name;
            const std::string variable = names_.accept(name, problems);
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

std::string quoted_cell(std::string_view cell) {
    std::string quoted(2 * cell.size() + 2, '\0');
    quoted.resize(csv_write(quoted.data(), quoted.size(), cell.data(), cell.size()));
    return quoted;
}

std::string cell_text(std::string_view value) {
    const std::string cell = (looks_like_formula(value) ? "'" : "") + std::string(value);
    return cell.find_first_of(",\"\r\n") == std::string::npos ? cell : quoted_cell(cell);
}

class CsvWriter : public ListWriter {
  public:
    explicit CsvWriter(const Resource& resource) {
        for (const Output& output : resource.outputs)
            text_.append((&output == &resource.outputs.front() ? "" : ",") + output.name);
        text_.append("\r\n");
    }

    void begin_record() override { first_cell_ = true; }
    void field(const Field& field) override {
        separate();
        text_.append(cell_text(field.value));
    }
    void begin_value(std::string_view /*name*/) override {
        separate();
        text_.append("\"");
        first_piece_ = true;
    }
    void piece(std::string_view text) override {
        if (std::exchange(first_piece_, false) && looks_like_formula(text))
            text_.append("'");
        const std::string quoted = quoted_cell(text);
        text_.append(std::string_view(quoted).substr(1, quoted.size() - 2));
    }
    void end_value() override { text_.append("\""); }
    void end_record() override { text_.append("\r\n"); }

  private:
    void separate() {
        if (!std::exchange(first_cell_, false))
            text_.append(",");
    }

    bool first_cell_ = true;
    bool first_piece_ = true;
};

class NdjsonWriter : public ListWriter {
  public:
    void begin_record() override { text_.append(members_.begin()); }
    void field(const Field& field) override { text_.append(members_.member(field.name, field.value)); }
    void begin_value(std::string_view name) override { text_.append(members_.begin_text(name)); }
    void piece(std::string_view text) override { text_.append(json::escaped(text)); }
    void end_value() override { text_.append("\""); }
    void end_record() override { text_.append("}\n"); }

  private:
    json::MemberText members_;
};

}  // namespace

std::string_view RowNames::identifier() const {
    return action_.resource.known_by();
}

// A row that renames its record would not find it when the import is sent again.
bool RowNames::reads(std::string_view name) const {
    return action_.knows(name) && name != action_.resource.renamed_by;
}

bool RowNames::is_known(std::string_view name) const {
    return !action_.resolve(name).empty() || action_.resource.find_output(name) != nullptr;
}

std::string RowNames::accept(const std::string& name, Problems& problems) {
    if (reads(name))
        return name;
    // An output is not read even if it is an alias as well, so that every export can be imported.
    if (action_.resource.find_output(name) != nullptr)
        return {};
    const std::string_view variable = action_.resolve(name);
    if (reads(variable))
        return std::string(variable);
    unknown_.add(name, problems);
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

std::unique_ptr<ListWriter> make_row_writer(RowFormat format, const Resource& resource) {
    if (format == RowFormat::csv)
        return std::make_unique<CsvWriter>(resource);
    return std::make_unique<NdjsonWriter>();
}

}  // namespace helpdesk
