#include "answer/formats.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <variant>

#include "text.h"

namespace helpdesk {
namespace {

using AnyFormat = std::variant<Format, RowFormat>;

struct FormatRow {
    AnyFormat format;
    std::string_view name;
    std::string_view content_type;
    std::array<std::string_view, 2> asked_by;  // the media types that mean it in a request's headers
};

// clang-format off
constexpr std::array table = {
    FormatRow{Format::xml, "xml", "text/xml; charset=utf-8", {"application/xml", "text/xml"}},
    FormatRow{Format::json, "json", "application/json", {"application/json"}},
    FormatRow{Format::url, "url", "text/plain; charset=utf-8", {"application/x-www-form-urlencoded"}},
    FormatRow{RowFormat::csv, "csv", "text/csv; charset=utf-8", {"text/csv", "application/csv"}},
    FormatRow{RowFormat::ndjson, "ndjson", "application/x-ndjson", {"application/x-ndjson", "application/jsonl"}},
};
// clang-format on

const FormatRow& row_of(AnyFormat format) {
    return *std::find_if(table.begin(), table.end(),
                         [&](const FormatRow& row) { return row.format == format; });
}

// Returns the first format of type F whose row satisfies `is`.
template <typename F, typename Is>
std::optional<F> find_format(const Is& is) {
    for (const FormatRow& row : table)
        if (const F* format = std::get_if<F>(&row.format); format != nullptr && is(row))
            return *format;
    return std::nullopt;
}

template <typename F>
std::optional<F> find_by_name(std::string_view name) {
    return find_format<F>([&](const FormatRow& row) { return text::equal_ignoring_case(row.name, name); });
}

template <typename F>
std::optional<F> find_by_media_type(std::string_view type) {
    return find_format<F>([&](const FormatRow& row) {
        return !type.empty() &&
               std::find(row.asked_by.begin(), row.asked_by.end(), type) != row.asked_by.end();
    });
}

std::string_view without_parameters(std::string_view content_type) {
    return content_type.substr(0, content_type.find(';'));
}

// Returns the quality of a media range such as `text/xml;q=0.5`, from 0 to 1. It is 1 if none is given.
double quality(std::string_view range) {
    const std::size_t at = text::to_lower(range).find("q=");
    return at == std::string::npos ? 1 : std::strtod(std::string(range.substr(at + 2)).c_str(), nullptr);
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
    return find_by_name<Format>(name);
}

std::optional<RowFormat> parse_row_format(std::string_view name) {
    return find_by_name<RowFormat>(name);
}

std::optional<Format> preferred_format(std::string_view accept) {
    constexpr std::size_t most_ranges = 32;
    std::optional<Format> best;
    double best_quality = 0;
    for (const std::string& range : text::split_list(accept, most_ranges)) {
        const auto format = find_by_media_type<Format>(text::to_lower(text::trim(without_parameters(range))));
        if (format && quality(range) > best_quality) {
            best = format;
            best_quality = quality(range);
        }
    }
    return best;
}

std::optional<RowFormat> row_format_of(std::string_view type) {
    return find_by_media_type<RowFormat>(type);
}

std::string_view format_name(Format format) {
    return row_of(format).name;
}

std::string_view format_name(RowFormat format) {
    return row_of(format).name;
}

std::string_view content_type(Format format) {
    return row_of(format).content_type;
}

std::string_view content_type(RowFormat format) {
    return row_of(format).content_type;
}

std::string_view media_type(Format format) {
    return without_parameters(content_type(format));
}

std::string_view media_type(RowFormat format) {
    return without_parameters(content_type(format));
}

}  // namespace helpdesk
