// The formats of answers, imports and exports: their names in requests, and their media types.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace helpdesk {

// The formats of an answer.
enum class Format { xml, json, url };
inline constexpr std::array answer_formats = {Format::json, Format::xml, Format::url};

// The formats of many records, as they are imported and exported.
enum class RowFormat { csv, ndjson };
inline constexpr std::array row_formats = {RowFormat::csv, RowFormat::ndjson};

// Find a format by the name by which a request asks for it, in any case.
std::optional<Format> parse_format(std::string_view name);
std::optional<RowFormat> parse_row_format(std::string_view name);

// Returns the format that an Accept header prefers. Returns nothing if it names none of ours.
std::optional<Format> preferred_format(std::string_view accept);

// Returns the format of rows that a media type means. Returns nothing for any other type. `type` must be in
// lower case, without parameters.
std::optional<RowFormat> row_format_of(std::string_view type);

std::string_view format_name(Format format);
std::string_view format_name(RowFormat format);

// Returns the Content-Type of an answer in the format.
std::string_view content_type(Format format);
std::string_view content_type(RowFormat format);

// Returns the same without its charset.
std::string_view media_type(Format format);
std::string_view media_type(RowFormat format);

}  // namespace helpdesk
