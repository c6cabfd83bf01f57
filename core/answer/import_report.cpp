#include "answer/import_report.h"

#include <deque>

namespace helpdesk {
namespace {

// Holds the texts that fields refer to, at places that do not change.
using Texts = std::deque<std::string>;

std::string_view number(std::uint64_t value, Texts& texts) {
    return texts.emplace_back(std::to_string(value));
}

std::string_view yes_or_no(bool value) {
    return value ? "Y" : "N";
}

FieldList fields_of_totals(const Action& action, const ImportReport& report, Texts& texts) {
    return {
        {action.answer, number(report.changed(), texts)}, {"rows", number(report.rows, texts)},
        {"added", number(report.added, texts)},           {"updated", number(report.updated, texts)},
        {"existing", number(report.existing, texts)},     {"failed", number(report.failed, texts)},
        {dry_run_variable, yes_or_no(report.dry_run)},    {"more_problems", yes_or_no(report.more_problems)}};
}

FieldList fields_of_problem(const Action& action, const RowProblem& row, Texts& texts) {
    return {{"line", number(row.line, texts)},
            {action.resource.known_by(), row.name},
            {"variable", row.problem.variable},
            {"code", row.problem.code},
            {"error", texts.emplace_back(message(row.problem))}};
}

}  // namespace

TextPieces write_import_report(Format format, const Action& action, const ImportReport& report) {
    Texts texts;
    std::vector<FieldList> errors;
    errors.reserve(report.problems.size());
    for (const RowProblem& row : report.problems)
        errors.push_back(fields_of_problem(action, row, texts));
    return write_report(format, fields_of_totals(action, report, texts), errors);
}

std::vector<std::string_view> import_report_fields(const Action& action) {
    Texts texts;
    std::vector<std::string_view> names;
    const RowProblem none;
    for (const FieldList& fields :
         {fields_of_totals(action, {}, texts), fields_of_problem(action, none, texts)})
        for (const Field& field : fields)
            names.push_back(field.name);
    return names;
}

}  // namespace helpdesk
