// Reads answers as a client would: XML and JSON with parsers that are not ours, URL-delimited text by
// decoding it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/format.h"

namespace helpdesk {

// The names and values of a record, in their order.
using Record = std::vector<std::pair<std::string, std::string>>;

enum class Shape { answer, list, problems };

// The records of a text; of a problem `error`, `code` and `variable`, the last not in XML, where it stands in
// the message. Requires that the text is well-formed, in UTF-8 and has this root and these records;
// URL-delimited text says neither.
std::vector<Record> read_back(Format format, Shape shape, std::string_view text, const std::string& root,
                              const std::string& record);

// A text in one piece.
std::string join(const TextPieces& pieces);

}  // namespace helpdesk
