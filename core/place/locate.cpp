#include "place/locate.h"

#include <algorithm>
#include <memory>

#include "place/place.h"
#include "text.h"

namespace helpdesk {
namespace {

// Returns the write's value of a part; null if it has none.
const Value* value_of(const Write& write, const PlacePart& part) {
    return write.find(*write.action->resource.find(part.variable));
}

// Lets an update store its coordinates only with their address. The stored ones stay with an address that
// this does not change; the new ones need the rest of the address that was read; otherwise there are none.
void bind_coordinates(Write& write, std::vector<Stored> rest) {
    const auto condition = std::make_shared<StoredIf>();
    const Place& place = *write.action->resource.place;
    for (const PlacePart& part : place.address)
        if (const Value* value = value_of(write, part))
            condition->stays_with.push_back({value->variable, *value->text});
    condition->needs = std::move(rest);
    for (const PlacePart& part : place.coordinates)
        write.find(*write.action->resource.find(part.variable))->stored_if = condition;
}

}  // namespace

bool only_locates(const Write& write) {
    return &write.action->verb == &verbs::locate;
}

std::vector<const Variable*> parts_of(const Resource& resource) {
    std::vector<const Variable*> variables;
    for (const PlacePart& part : resource.place->coordinates)
        variables.push_back(resource.find(part.variable));
    for (const PlacePart& part : resource.place->address)
        variables.push_back(resource.find(part.variable));
    return variables;
}

Locating locating(const Write& write) {
    const Verb& verb = write.action->verb;
    const Place* place = write.action->resource.place;
    if (only_locates(write))
        return Locating::from_record;
    if (!verb.stores || place == nullptr)
        return Locating::none;
    // Clearing a coordinate counts as supplying it.
    const auto brings = [&](const PlacePart& part) {
        const Value* value = value_of(write, part);
        return value != nullptr && (!verb.adds || value->text);
    };
    const auto has_text = [&](const PlacePart& part) {
        const Value* value = value_of(write, part);
        return value != nullptr && (!verb.adds || !text::trim(*value->text).empty());
    };
    if (std::any_of(place->coordinates.begin(), place->coordinates.end(), brings) ||
        std::none_of(place->address.begin(), place->address.end(), has_text))
        return Locating::none;
    return verb.adds ? Locating::from_call : Locating::from_record;
}

std::string begin_locating(Write& write, const std::vector<std::string>& stored) {
    const Verb& verb = write.action->verb;
    const Place& place = *write.action->resource.place;
    auto next = stored.begin();
    const auto before = [&] { return next == stored.end() ? std::string() : *next++; };
    Coordinates kept;
    for (std::size_t i = 0; i < place.coordinates.size(); ++i)
        kept.push_back(before());
    AddressParts address;
    std::vector<Stored> rest;
    bool ask = !verb.stores || verb.adds;
    for (const PlacePart& part : place.address) {
        std::string text = before();
        if (const Value* value = value_of(write, part)) {
            ask = ask || *value->text != text;
            text = *value->text;
        } else {
            rest.push_back({write.action->resource.find(part.variable), text});
        }
        address.emplace_back(part.name, std::move(text));
    }
    if (verb.stores)
        set_coordinates(write, ask ? Coordinates(kept.size()) : kept);
    if (!verb.stores)
        write.only_if = std::move(rest);
    else if (!verb.adds)
        bind_coordinates(write, std::move(rest));
    return ask ? geocoder_query(address) : "";
}

void leave_unlocated(Write& write) {
    if (write.action->verb.adds || locating(write) == Locating::none)
        return;
    set_coordinates(write, Coordinates(write.action->resource.place->coordinates.size()));
    bind_coordinates(write, {});
}

void set_coordinates(Write& write, const Coordinates& coordinates) {
    auto next = coordinates.begin();
    for (const PlacePart& part : write.action->resource.place->coordinates) {
        const Variable& variable = *write.action->resource.find(part.variable);
        Value* value = write.find(variable);
        // They come first, because an UPDATE compares the stored address before it sets the new one.
        if (value == nullptr)
            value = &*write.values.insert(write.values.begin(), Value::of(variable));
        value->text = next->empty() ? std::nullopt : std::optional(*next);
        ++next;
    }
}

std::string describe_failure(const Write& write, const GeocoderAnswer& answer) {
    const std::string noun(write.action->resource.names.noun);
    const Action* again = find_action(write.action->resource, verbs::locate);
    return "no coordinates: " +
           (answer.failure.empty() ? "the geocoder knows no such address"
                                   : "the geocoder: " + answer.failure) +
           "; the " + noun + " is stored without" +
           (again == nullptr ? "" : "; " + again->name + " asks again");
}

Problem not_located(const GeocoderAnswer& answer) {
    if (answer.failure.empty())
        return {code::not_located, "", "the address has no coordinates that the geocoder knows"};
    return {code::geocoder_unavailable, "", "the geocoder gave no answer, try again later"};
}

}  // namespace helpdesk
