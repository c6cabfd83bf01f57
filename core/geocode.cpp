#include "geocode.h"

#include "check.h"
#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

// One place is about a thousand bytes.
constexpr std::size_t longest_body = std::size_t{64} << 10U;

constexpr std::string_view no_coordinates = "its answer has no coordinates";

GeocoderAnswer failed(std::string_view why) {
    return {.found = {}, .failure = std::string(why)};
}

// Some servers give more decimals than are stored. The tenth is a hundredth of a millimetre.
std::optional<std::string> degrees(const json_t* place, const Variable& variable) {
    const json_t* member = json_object_getn(place, variable.place.data(), variable.place.size());
    if (!json_is_string(member))
        return std::nullopt;
    const std::string given(json_string_value(member), json_string_length(member));
    std::string text = given;
    const std::size_t point = text.find('.');
    if (point != std::string::npos && text.size() - point - 1 > most_decimals &&
        text.find_first_not_of("0123456789", point + 1) == std::string::npos)
        text.resize(point + 1 + most_decimals);
    auto result = parse_degrees(text);
    return result && lies_within(given, variable.range) ? result : std::nullopt;
}

}  // namespace

std::string geocoder_query(const AddressParts& parts) {
    std::string query;
    for (const auto& [name, value] : parts)
        if (const std::string_view text = text::trim(value); !text.empty())
            query += "&" + std::string(name) + "=" + text::percent_encode(text);
    return query.empty() ? query : "format=jsonv2&limit=1" + query;
}

GeocoderAnswer read_geocoder_reply(const Resource& resource, const GeocoderReply& reply) {
    constexpr int ok = 200;
    if (!reply.failure.empty())
        return failed(reply.failure);
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
    for (const Variable& variable : resource.variables) {
        if (variable.kind != Kind::coordinate)
            continue;
        auto value = degrees(json_array_get(places.get(), 0), variable);
        if (!value)
            return failed(no_coordinates);
        found.push_back(std::move(*value));
    }
    return {.found = std::move(found), .failure = {}};
}

}  // namespace helpdesk
