// Desks, a resource for tests of validate(): a table that contradicts nothing, which each test spoils.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "model/finder.h"
#include "model/validate.h"
#include "place/address_look_up.h"
#include "place/finder.h"
#include "place/place.h"

namespace helpdesk::desks {

inline constexpr std::array<std::string_view, 2> y_or_n = {"Y", "N"};
inline constexpr std::array<std::string_view, 2> y_twice = {"Y", "y"};
inline constexpr std::array<std::string_view, 2> red_or_blue = {"RED", "BLUE"};
inline constexpr Choices yes_or_no = {.values = y_or_n, .by_default = "Y"};
inline constexpr Choices twice = {.values = y_twice, .by_default = "Y"};
inline constexpr Choices colours = {.values = red_or_blue, .by_default = "RED"};
inline constexpr std::array<Variable, 1> room_variables = {
    {{.name = "name", .kind = &kinds::identifier, .column = "name"}}};
inline constexpr std::array room_verbs = {&verbs::get};

inline const Resource& rooms() {
    static const Resource resource =
        with_outputs({.names = {.one = "room", .many = "desk", .element = "room", .noun = "room"},
                      .table = "rooms",
                      .variables = room_variables,
                      .selectors = {},
                      .verbs = room_verbs});
    return resource;
}

// Not made with with_outputs(), so that there is no code.
inline const Resource& bare_rooms() {
    static const Resource resource = {
        .names = rooms().names, .table = "rooms", .variables = room_variables, .selectors = {}};
    return resource;
}

inline constexpr Reference room = {.to = &rooms};
inline constexpr Reference room_by_id = {.to = &rooms, .by = Reference::By::id};
inline constexpr Reference room_or_first = {.to = &rooms, .first_if_unknown = true};
inline constexpr Reference without_code = {.to = &bare_rooms};
inline constexpr ListTable keys = {
    .table = "desk_keys", .owner = "desk_id", .column = "room_id", .reference = &room_by_id};
inline constexpr ListTable rooms_by_name = {
    .table = "desk_rooms", .owner = "desk_id", .column = "room_id", .reference = &room};
inline constexpr ListTable labels = {.table = "desk_labels", .owner = "desk_id", .column = "label"};
inline constexpr ListTable homeless = {.table = "desk_labels", .owner = "", .column = "label"};
inline constexpr std::array<std::string_view, 1> sign_in_outputs = {"open"};
inline constexpr std::array<std::string_view, 1> no_outputs = {"pass"};
inline constexpr SignIn sign_in = {.allowed_by = "open", .outputs = sign_in_outputs};

// Desks: a table with a row of each kind that contradicts nothing. Each test spoils it.
class Validate : public testing::Test {
  protected:
    // clang-format off
    std::vector<Variable> variables_ = {
        {.name = "name", .kind = &kinds::identifier, .column = "name"},
        {.name = "room", .kind = &kinds::reference, .column = "room_id", .reference = &room},
        {.name = "pass", .kind = &kinds::password, .column = "password_hash", .secret = true},
        {.name = "open", .kind = &kinds::choice, .column = "open", .choices = &yes_or_no},
        {.name = "keys", .kind = &kinds::id_list, .list = &keys},
        {.name = "key_dates", .kind = &kinds::date_list, .column = "given", .companion = "keys"},
        {.name = "latitude", .kind = &kinds::degrees, .column = "latitude", .range = {-90, 90}, .companion = "longitude"},
        {.name = "longitude", .kind = &kinds::degrees, .column = "longitude", .range = {-180, 180}, .companion = "latitude"},
        {.name = "label", .column = "label"},
        {.name = "label2", .kind = &kinds::text_list, .list = &labels},
        {.name = "city", .column = "city"},
        {.name = "notes", .limit = 0, .column = "notes"},
    };
    std::vector<Selector> selectors_ = {
        {.name = "name", .finder = &finders::name, .columns = {"name"}, .all = true, .many = true},
        {.name = "start_date", .finder = &finders::date_from, .columns = {"date_added"}},
        {.name = "label", .finder = &finders::equals, .columns = {"label"}, .lists = {&labels}},
        {.name = "after_name", .finder = &finders::after_name, .columns = {"name"}},
        {.name = "updated_since", .finder = &finders::changed_since, .columns = {"last_updated"}},
        {.name = "after_id", .finder = &finders::walk_position},
        {.name = "geocoded", .finder = &finders::located, .columns = {"geocoded"}},
    };
    // clang-format on
    std::vector<const Verb*> verbs_ = {&verbs::add,    &verbs::update,  &verbs::upsert,
                                       &verbs::remove, &verbs::get,     &verbs::locate,
                                       &verbs::verify, &verbs::import_, &verbs::export_};
    Place place_ = {.coordinates = {PlacePart{"latitude", "lat"}, PlacePart{"longitude", "lon"}},
                    .address = {PlacePart{"city", "city"}}};
    Resource resource_ = {.names = {.one = "desk", .many = "desks", .element = "desk", .noun = "desk"},
                          .table = "desks",
                          .variables = {},
                          .selectors = {},
                          .key = {.variable = "", .answered = false},
                          .timestamps = true,
                          .versioned = true,
                          .sign_in = &sign_in,
                          .preparing = &look_up_address,
                          .place = &place_};

    Variable& variable(std::string_view name) {
        return *std::find_if(variables_.begin(), variables_.end(),
                             [&](const Variable& variable) { return variable.name == name; });
    }
    Selector& selector(std::string_view name) {
        return *std::find_if(selectors_.begin(), selectors_.end(),
                             [&](const Selector& selector) { return selector.name == name; });
    }
    void remove_variable(std::string_view name) {
        std::erase_if(variables_, [&](const Variable& variable) { return variable.name == name; });
    }
    void remove_selector(std::string_view name) {
        std::erase_if(selectors_, [&](const Selector& selector) { return selector.name == name; });
    }

    Resource table() {
        Resource table = resource_;
        table.variables = variables_;
        table.selectors = selectors_;
        table.verbs = verbs_;
        return with_outputs(table);
    }
    std::vector<std::string> complaints() { return validate(table()); }

    void expect_complaint(const std::string& text) {
        const std::vector<std::string> all = complaints();
        EXPECT_NE(std::find(all.begin(), all.end(), text), all.end())
            << "no complaint: " << text << "\nbut: " << testing::PrintToString(all);
    }
    void expect_complaints(const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            expect_complaint(text);
    }
};

}  // namespace helpdesk::desks
