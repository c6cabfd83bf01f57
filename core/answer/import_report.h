// The answer to an import: its totals, and what was wrong with which row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "answer/format.h"
#include "answer/problem.h"
#include "model/action.h"

namespace helpdesk {

struct RowProblem {
    std::size_t line = 0;   // of the body, from 1
    std::string name = {};  // of the record, shortened if it is long
    Problem problem = {};
};

struct ImportReport {
    std::uint64_t rows = 0;
    std::uint64_t added = 0;
    std::uint64_t updated = 0;
    std::uint64_t existing = 0;  // rows that an import of mode add found in the database
    std::uint64_t failed = 0;
    bool dry_run = false;
    bool more_problems = false;  // whether there were more than `problems` holds
    std::vector<RowProblem> problems = {};

    std::uint64_t changed() const { return added + updated; }
};

// Writes the answer of an import action.
TextPieces write_import_report(Format format, const Action& action, const ImportReport& report);

// Returns the names of the answer's fields: those of the totals, then those of a problem.
std::vector<std::string_view> import_report_fields(const Action& action);

}  // namespace helpdesk
