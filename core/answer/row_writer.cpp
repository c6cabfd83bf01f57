#include "answer/row_writer.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <utility>

#include "answer/members.h"
#include "model/action.h"
#include "model/fields.h"

namespace helpdesk {
namespace {

// The beginnings of a formula, by OWASP's list (https://owasp.org/www-community/attacks/CSV_Injection). The
// last four are full-width forms, which some spreadsheets accept as well.
constexpr std::array<std::string_view, 11> formula_signs = {"=",  "+",      "-",      "@",      "\t",    "\r",
                                                            "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

std::string quoted_cell(std::string_view cell) {
    std::string quoted(2 * cell.size() + 2, '\0');
    quoted.resize(csv_write(quoted.data(), quoted.size(), cell.data(), cell.size()));
    return quoted;
}

std::string cell_text(std::string_view value) {
    const std::string cell = (looks_like_formula(value) ? "'" : "") + std::string(value);
    return cell.find_first_of(",\"\r\n") == std::string::npos ? cell : quoted_cell(cell);
}

std::vector<std::string> exported_names(const Resource& resource) {
    std::vector<std::string> names;
    for (const Output& output : resource.outputs)
        if (is_exported(resource, output))
            names.push_back(output.name);
    return names;
}

class CsvWriter : public RowWriter {
  public:
    explicit CsvWriter(const Resource& resource)
        : names_(exported_names(resource)), number_(resource.key.variable) {
        if (resource.parts == nullptr)
            return;
        for (const std::string& name : exported_names(resource.parts())) {
            names_of_parts_ += "," + column_prefix(resource.parts()) + name;
            no_part_ += ",";
        }
        has_parts_ = true;
    }

    void expect_fields(const std::vector<std::string>& names) override {
        const auto all = std::find(names_.begin(), names_.end(), any_field);
        if (all != names_.end())
            names_.insert(names_.erase(all), names.begin(), names.end());
    }

    void begin_record() override {
        write_header();
        if (in_parts_ && !std::exchange(first_part_, false))
            continue_record();
        else
            first_cell_ = !in_parts_;
    }
    void field(const Field& field) override {
        separate();
        const std::string cell = cell_text(field.value);
        if (has_parts_ && !in_parts_ && field.name == number_)
            number_of_record_ = cell;
        text_.append(cell);
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
    void end_record() override {
        if (has_parts_ && !in_parts_)
            in_parts_ = first_part_ = true;
        else
            text_.append("\r\n");
    }
    void end_parts() override {
        if (first_part_)
            text_.append(no_part_ + "\r\n");
        in_parts_ = false;
    }

    TextPieces finish() override {
        write_header();
        return take();
    }

  private:
    void write_header() {
        if (std::exchange(has_header_, true))
            return;
        expect_fields({});
        for (const std::string& name : names_)
            text_.append((&name == &names_.front() ? "" : ",") + name);
        text_.append(names_of_parts_ + "\r\n");
    }

    void separate() {
        if (!std::exchange(first_cell_, false))
            text_.append(",");
    }

    // Begins a row that has nothing of the record but its number.
    void continue_record() {
        first_cell_ = true;
        for (const std::string& name : names_) {
            separate();
            if (name == number_)
                text_.append(number_of_record_);
        }
    }

    std::vector<std::string> names_;
    const std::string_view number_;
    std::string names_of_parts_;
    bool has_header_ = false;
    std::string no_part_;  // the cells of a record without parts
    bool has_parts_ = false;
    bool in_parts_ = false;
    bool first_part_ = true;
    std::string number_of_record_;
    bool first_cell_ = true;
    bool first_piece_ = true;
};

class NdjsonWriter : public RowWriter {
  public:
    explicit NdjsonWriter(const Resource& resource)
        : parts_(resource.parts == nullptr ? std::string_view() : resource.parts().names.many) {}

    void begin_record() override {
        if (in_parts_ && !std::exchange(first_part_, false))
            text_.append(",");
        members_.begin();
    }
    void field(const Field& field) override { members_.add(field.name, field.value); }
    void begin_value(std::string_view name) override { members_.begin_value(name); }
    void piece(std::string_view text) override { members_.piece(text); }
    void end_value() override { members_.end_value(); }
    void end_record() override {
        if (parts_.empty()) {
            text_.append("}\n");
        } else if (in_parts_) {
            text_.append("}");
        } else {
            text_.append(",\"" + std::string(parts_) + "\":[");
            in_parts_ = first_part_ = true;
        }
    }
    void end_parts() override {
        text_.append("]}\n");
        in_parts_ = false;
    }

  private:
    const std::string_view parts_;  // the member that holds them; empty: there are none
    bool in_parts_ = false;
    bool first_part_ = true;
    Members members_{text_};
};

}  // namespace

bool looks_like_formula(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    return std::any_of(formula_signs.begin(), formula_signs.end(),
                       [&](std::string_view sign) { return cell.starts_with(sign); });
}

bool is_exported(const Resource& resource, const Output& output) {
    const Action* brought = find_action(resource, verbs::bring);
    return brought == nullptr || brought->knows(output.name);
}

std::string column_prefix(const Resource& parts) {
    return std::string(parts.names.element) + "_";
}

std::unique_ptr<RowWriter> make_row_writer(RowFormat format, const Resource& resource) {
    if (format == RowFormat::csv)
        return std::make_unique<CsvWriter>(resource);
    return std::make_unique<NdjsonWriter>(resource);
}

}  // namespace helpdesk
