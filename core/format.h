// The three shapes of an answer. Each writer takes the same records and gives bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "problem.h"

namespace helpdesk {

enum class Format { xml, json, url };

std::optional<Format> parse_format(std::string_view name);

// The format that an Accept header prefers of those we have; nothing when it names none.
std::optional<Format> preferred_format(std::string_view accept);

std::string_view content_type(Format format);

// The answer to a write: one output variable.
std::string write_answer(Format format, std::string_view variable, std::string_view value);

// The error envelope: one error for each problem.
std::string write_problems(Format format, const Problems& problems);

}  // namespace helpdesk
