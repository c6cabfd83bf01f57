#include "rows.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <new>

#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

struct Names {
    RowFormat format;
    std::string_view name;
    std::string_view content_type;
};

constexpr std::array formats = {
    Names{RowFormat::csv, "csv", "text/csv; charset=utf-8"},
    Names{RowFormat::ndjson, "ndjson", "application/x-ndjson"},
};

// The text without the mark that some programs put in front of UTF-8.
std::string_view without_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

// Takes a line off the text, with its CRLF, LF or CR.
std::string_view take_line(std::string_view& text) {
    std::size_t end = text.find_first_of("\r\n");
    if (end != std::string_view::npos)
        end += text.substr(end).starts_with("\r\n") ? 2 : 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(line.size());
    return line;
}

// Whether a spreadsheet would take it for a formula, or has an apostrophe in front for that.
bool looks_like_formula(std::string_view cell) {
    const std::size_t first = cell.find_first_not_of('\'');
    return first != std::string_view::npos &&
           std::string_view("=+-@\t\r").find(cell[first]) != std::string_view::npos;
}

struct CsvRecord {
    std::size_t line = 0;
    std::vector<std::string> cells;
};

// libcsv's parser, fed line by line, so that it is known where a record begins.
class CsvText {
  public:
    explicit CsvText(std::string_view text) : rest_(without_mark(text)) {
        constexpr std::size_t block = 4096;
        if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0)
            throw std::bad_alloc();
        csv_set_blk_size(&parser_, block);
        csv_set_space_func(&parser_, [](unsigned char) { return 0; });
    }
    CsvText(const CsvText&) = delete;
    CsvText& operator=(const CsvText&) = delete;
    ~CsvText() { csv_free(&parser_); }

    // False at the end, or where it is broken().
    bool next(CsvRecord& record) {
        record.cells.clear();
        cells_ = &record.cells;
        ended_ = false;
        bool begun = false;
        while (!rest_.empty() && !ended_) {
            const std::string_view line = take_line(rest_);
            ++line_;
            if (!begun)
                record.line = line_;
            begun = begun || line.find_first_not_of("\r\n") != std::string_view::npos;
            broken_ =
                csv_parse(&parser_, line.data(), line.size(), take_cell, end_record, this) != line.size();
            check_memory();
            if (broken_)
                return false;
        }
        if (!ended_) {
            broken_ = csv_fini(&parser_, take_cell, end_record, this) != 0;
            check_memory();
        }
        return ended_;
    }

    bool broken() const { return broken_; }

  private:
    void check_memory() const {
        if (out_of_memory_ || (broken_ && csv_error(const_cast<csv_parser*>(&parser_)) != CSV_EPARSE))
            throw std::bad_alloc();
    }

    static void take_cell(void* cell, std::size_t size, void* self) noexcept {
        auto& text = *static_cast<CsvText*>(self);
        try {
            text.cells_->emplace_back(static_cast<const char*>(cell), size);
        } catch (const std::exception&) {
            text.out_of_memory_ = true;
        }
    }

    static void end_record(int /*end*/, void* self) noexcept { static_cast<CsvText*>(self)->ended_ = true; }

    csv_parser parser_{};
    std::string_view rest_;
    std::size_t line_ = 0;
    std::vector<std::string>* cells_ = nullptr;
    bool ended_ = false;
    bool broken_ = false;
    bool out_of_memory_ = false;
};

// The header's names in lower case, empty where the column is not read.
std::vector<std::string> read_header(const CsvRecord& header, RowNames& names, Problems& problems) {
    std::vector<std::string> columns;
    if (header.cells.size() > max_variables) {
        problems.push_back({code::too_many_variables, "",
                            "a header may have at most " + std::to_string(max_variables) + " columns"});
        return columns;
    }
    for (const std::string& cell : header.cells) {
        std::string name = text::to_lower(text::trim(cell));
        if (!name.empty() && std::find(columns.begin(), columns.end(), name) != columns.end())
            problems.push_back(
                {code::duplicate_variable, printable_name(name), "is the name of two columns"});
        columns.push_back(std::move(name));
    }
    for (std::string& name : columns)
        if (!names.takes(name, problems))
            name.clear();
    return columns;
}

class CsvReader : public RowReader {
  public:
    CsvReader(std::string_view text, RowNames& names) : text_(text) {
        Problems checked_before;
        if (text_.next(record_))
            columns_ = read_header(record_, names, checked_before);
    }

    bool next(Row& row) override {
        if (!text_.next(record_))
            return false;
        row = {record_.line, {}};
        if (record_.cells.size() != columns_.size())
            row.variables.add_problem({code::count_mismatch, "",
                                       "the row has " + std::to_string(record_.cells.size()) +
                                           " cells, the header " + std::to_string(columns_.size())});
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
    std::vector<std::string> columns_;
};

class NdjsonReader : public RowReader {
  public:
    NdjsonReader(std::string_view text, RowNames& names) : rest_(without_mark(text)), names_(names) {}

    bool next(Row& row) override {
        while (!rest_.empty()) {
            const std::string_view line = text::trim(take_line(rest_));
            ++line_;
            if (line.empty())
                continue;
            row = {line_, {}};
            decode_json(line, row.variables, "row");
            Problems unknown;
            for (const Variables::Variable& variable : row.variables.all())
                names_.takes(variable.name, unknown);
            for (Problem& problem : unknown)
                row.variables.add_problem(std::move(problem));
            return true;
        }
        return false;
    }

  private:
    std::string_view rest_;
    RowNames& names_;
    std::size_t line_ = 0;
};

Problems check_csv(std::string_view text, RowNames& names) {
    CsvText csv(text);
    CsvRecord record;
    Problems problems;
    if (csv.next(record)) {
        const std::vector<std::string> columns = read_header(record, names, problems);
        const std::string identifier(names.identifier());
        if (problems.empty() && std::find(columns.begin(), columns.end(), identifier) == columns.end())
            problems.push_back(
                {code::required, identifier,
                 "is the name of no column; the first line has the columns' names, with commas between"});
    } else if (!csv.broken()) {
        problems.push_back({code::malformed_body, "", "the body has no header"});
    }
    while (problems.empty() && csv.next(record)) {
    }
    if (csv.broken())
        problems = {{code::malformed_body, "",
                     "the row that begins in line " + std::to_string(record.line) +
                         " has a quotation mark that stands where none may, or has no partner"}};
    return problems;
}

std::string cell_text(const std::string& value) {
    std::string cell = (looks_like_formula(value) ? "'" : "") + value;
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        return cell;
    std::string quoted(2 * cell.size() + 2, '\0');
    quoted.resize(csv_write(quoted.data(), quoted.size(), cell.data(), cell.size()));
    return quoted;
}

}  // namespace

std::optional<RowFormat> parse_row_format(std::string_view name) {
    const auto* found = std::find_if(formats.begin(), formats.end(),
                                     [&](const Names& f) { return text::equal_ignoring_case(f.name, name); });
    return found == formats.end() ? std::nullopt : std::optional(found->format);
}

std::string_view format_name(RowFormat format) {
    return formats.at(static_cast<std::size_t>(format)).name;
}

std::string_view content_type(RowFormat format) {
    return formats.at(static_cast<std::size_t>(format)).content_type;
}

std::string_view RowNames::identifier() const {
    return action_.resource.identifier().name;
}

bool RowNames::takes(const std::string& name, Problems& problems) {
    if (action_.knows(name))
        return true;
    if (action_.resource.find_output(name) != nullptr)
        return false;
    if (reject_ && name.empty())
        problems.push_back({code::unknown_variable, "", "a column has no name"});
    else
        unknown_.add(name, problems);
    return false;
}

Problems check_rows(const RowBody& body, RowNames& names) {
    return body.format == RowFormat::csv ? check_csv(body.text, names) : Problems();
}

std::unique_ptr<RowReader> read_rows(const RowBody& body, RowNames& names) {
    if (body.format == RowFormat::csv)
        return std::make_unique<CsvReader>(body.text, names);
    return std::make_unique<NdjsonReader>(body.text, names);
}

std::string row_head(RowFormat format, const Resource& resource) {
    std::string text;
    if (format == RowFormat::csv) {
        for (const Output& output : resource.outputs)
            text += (text.empty() ? "" : ",") + output.name;
        text += "\r\n";
    }
    return text;
}

std::string write_row(RowFormat format, const Resource& resource, const std::vector<std::string>& values) {
    if (format == RowFormat::ndjson) {
        const Json object = json::object();
        for (std::size_t i = 0; i < values.size(); ++i)
            json::set(object, resource.outputs[i].name, json::string(values[i]));
        return dump(object, JSON_COMPACT) + "\n";
    }
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i)
        text += (i == 0 ? "" : ",") + cell_text(values[i]);
    return text + "\r\n";
}

}  // namespace helpdesk
