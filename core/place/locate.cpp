#include "place/locate.h"

#include <algorithm>

#include "text.h"

namespace helpdesk {
namespace {

bool is_address(const Variable& variable) {
    return !variable.place.empty() && !variable.kind->coordinate;
}

}  // namespace

Locating locating(const Write& write) {
    const Verb& verb = write.action->verb;
    if (verb.locates)
        return Locating::from_record;
    if (!verb.stores)
        return Locating::none;
    bool any = false;
    for (const Value& value : write.values) {
        // An update that clears them has brought them, too.
        if (value.variable->kind->coordinate && (!verb.adds || value.text))
            return Locating::none;
        any = any || (is_address(*value.variable) && (!verb.adds || !text::trim(*value.text).empty()));
    }
    if (!any)
        return Locating::none;
    return verb.adds ? Locating::from_call : Locating::from_record;
}

std::string begin_locating(Write& write, const std::vector<std::string>& stored) {
    AddressParts parts;
    Coordinates kept;
    bool ask = write.action->verb.adds || write.action->verb.locates;
    auto next = stored.begin();
    for (const Variable& variable : write.action->resource.variables) {
        if (variable.place.empty())
            continue;
        const std::string before = next == stored.end() ? "" : *next++;
        if (variable.kind->coordinate) {
            kept.push_back(before);
            continue;
        }
        const Value* value = write.find(variable);
        if (value == nullptr)
            write.beside.push_back({&variable, before});
        else
            ask = ask || *value->text != before;
        parts.emplace_back(variable.place, value == nullptr ? write.beside.back().text : *value->text);
    }
    if (write.action->verb.stores)
        set_coordinates(write, ask ? Coordinates(kept.size()) : kept);
    return ask ? geocoder_query(parts) : "";
}

void leave_unlocated(Write& write) {
    const auto coordinates =
        std::count_if(write.action->resource.variables.begin(), write.action->resource.variables.end(),
                      [](const Variable& variable) { return variable.kind->coordinate; });
    if (!write.action->verb.adds && locating(write) != Locating::none)
        set_coordinates(write, Coordinates(static_cast<std::size_t>(coordinates)));
}

void set_coordinates(Write& write, const Coordinates& coordinates) {
    auto next = coordinates.begin();
    for (const Variable& variable : write.action->resource.variables) {
        if (!variable.kind->coordinate)
            continue;
        Value* value = write.find(variable);
        // In front: SQL stores them while it still knows the address that was.
        if (value == nullptr)
            value = &*write.values.insert(write.values.begin(), Value::of(variable));
        value->text = next->empty() ? std::nullopt : std::optional(*next);
        value->located = true;
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
