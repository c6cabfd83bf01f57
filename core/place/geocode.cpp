#include "place/geocode.h"

#include <array>
#include <charconv>

#include "decimal.h"
#include "json.h"
#include "pattern.h"
#include "place/place.h"
#include "text.h"

namespace helpdesk {
namespace {

// One place is about a thousand bytes.
constexpr std::size_t longest_body = std::size_t{64} << 10U;

constexpr std::string_view no_coordinates = "its answer has no coordinates";

GeocoderAnswer failed(std::string_view why) {
    return {.found = {}, .failure = std::string(why)};
}

// In plain digits with the decimals that are stored. The tenth would be a hundredth of a millimetre.
std::string rounded(double degrees, int decimals) {
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), degrees,
                                   std::chars_format::fixed, decimals);
    return {buffer.data(), end.ptr};
}

// A number as some servers write one: with an exponent, or with more decimals than are stored.
std::optional<double> parse_number(std::string_view text) {
    static const Pattern form("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([Ee][+-]?[0-9]{1,3})?");
    constexpr std::size_t longest = 64;
    if (text.size() > longest || form.match(text).empty())
        return std::nullopt;
    text.remove_prefix(text.front() == '+' ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

// Keeps a number as it is written if it can. A server may give numbers or texts of numbers.
std::optional<std::string> degrees(const json_t* place, std::string_view name, const Variable& variable) {
    const json_t* member = json_object_getn(place, name.data(), name.size());
    const int decimals = variable.kind->decimals.most;
    const Range& range = variable.range;
    std::optional<double> number;
    if (json_is_string(member)) {
        const std::string text(json_string_value(member), json_string_length(member));
        if (auto exact = parse_decimal(text, decimals))
            return lies_within(*exact, range.least, range.most) ? exact : std::nullopt;
        number = parse_number(text);
    } else if (json_is_number(member)) {
        number = json_number_value(member);
    }
    if (!number || *number < static_cast<double>(range.least) || *number > static_cast<double>(range.most))
        return std::nullopt;
    return rounded(*number, decimals);
}

// Some servers, LocationIQ for one, answer so where Nominatim's list is empty: 404, and an object with the
// text of the error. Any other 404 is that of a path that does not exist.
bool is_unknown_place(const OutsideReply& reply) {
    constexpr int not_found = 404;
    if (reply.status != not_found || reply.body.size() > longest_body)
        return false;
    const Json body(json_loadb(reply.body.data(), reply.body.size(), 0, nullptr));
    return json_is_string(json_object_get(body.get(), "error"));
}

}  // namespace

std::string geocoder_query(const AddressParts& parts) {
    std::string query;
    for (const auto& [name, value] : parts)
        if (const std::string_view text = text::trim(value); !text.empty())
            query += "&" + std::string(name) + "=" + text::percent_encode(text);
    return query.empty() ? query : "format=jsonv2&limit=1" + query;
}

GeocoderAnswer read_geocoder_reply(const Resource& resource, const OutsideReply& reply) {
    constexpr int ok = 200;
    if (!reply.failure.empty())
        return failed(reply.failure);
    if (is_unknown_place(reply))
        return {};
    if (reply.status != ok)
        return failed("it answered with status " + std::to_string(reply.status));
    if (reply.body.size() > longest_body)
        return failed("its answer is too long");
    const Json places(json_loadb(reply.body.data(), reply.body.size(), 0, nullptr));
    if (!json_is_array(places.get()))
        return failed("its answer is not a list in JSON");
    if (json_array_size(places.get()) == 0)
        return {};
    Coordinates found;
    for (const PlacePart& part : resource.place->coordinates) {
        auto value = degrees(json_array_get(places.get(), 0), part.name, *resource.find(part.variable));
        if (!value)
            return failed(no_coordinates);
        found.push_back(std::move(*value));
    }
    return {.found = std::move(found), .failure = {}};
}

}  // namespace helpdesk
