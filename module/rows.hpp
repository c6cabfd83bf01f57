// The rows of which directives and the parameters of blocks are made. A row says all about one of them: its
// name, where it may be written, how its values are read, their bounds, and the member that holds them. The
// member's initializer is the default.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "ngx.hpp"

namespace helpdesk::ngx {

// The values of a directive or parameter, without its name.
using Values = std::span<const ngx_str_t>;

// Makes a refusal that ends with the wrong value. nginx's message begins with the name of the directive.
std::invalid_argument wrong_value(const std::string& what_it_must_be, const ngx_str_t& value);

// The two functions of a row. Either throws std::invalid_argument, in words that follow the name.
template <typename Block>
struct Setting {
    void (*read)(ngx_conf_t* cf, Values values, Block& block);
    void (*inherit)(Block& outer, Block& block);  // called when the inner level does not set it
};

template <typename Block>
struct Row {
    std::string_view name;
    ngx_uint_t place;  // nginx's flags: the contexts and the number of values
    Setting<Block> setting;
    bool repeats = false;  // may be written more than once on a level
};

// The number of values, for a row's place.
inline constexpr ngx_uint_t one_value = NGX_CONF_TAKE1;
inline constexpr ngx_uint_t two_values = NGX_CONF_TAKE2;
inline constexpr ngx_uint_t some_values = NGX_CONF_1MORE;

// Returns the part of a block that has the member, where that is not the block itself or its base. A block
// whose parts are members of it has an overload of its own.
template <typename Owner, typename Block>
Owner& part_of(Block& block, const Owner* /*which*/) {
    return block;
}

template <typename Owner, typename T, typename Block>
T& member_of(Block& block, T Owner::*member) {
    return part_of(block, static_cast<const Owner*>(nullptr)).*member;
}

template <typename Block, auto member>
void copy_member(Block& outer, Block& block) {
    member_of(block, member) = member_of(outer, member);
}

// One word among several, and the value that it means.
template <typename T>
struct Word {
    std::string_view word;
    T value;
};

// Returns `"a", "b" or "c"`.
std::string one_of(std::span<const std::string_view> words);

// Returns the number, and throws unless it is within the bounds.
ngx_int_t read_number(const ngx_str_t& value, ngx_int_t low, ngx_int_t high);

// The times that a value may be. If the shortest is at least a second, they are in whole seconds.
struct TimeBounds {
    std::chrono::milliseconds shortest;
    std::chrono::milliseconds longest;
};

// Returns the time, or nothing unless it is within the bounds.
std::optional<std::chrono::milliseconds> parse_time(const ngx_str_t& value, const TimeBounds& bounds);

// Returns `a time from 1s to 1h in whole seconds`.
std::string describe(const TimeBounds& bounds);

// The bounds of most times.
inline constexpr TimeBounds usual_times{std::chrono::seconds(1), std::chrono::hours(1)};

namespace readers {

template <auto member, ngx_int_t low, ngx_int_t high>
struct Number {
    template <typename Block>
    static void read(ngx_conf_t* /*cf*/, Values values, Block& block) {
        auto& field = member_of(block, member);
        field = static_cast<std::remove_reference_t<decltype(field)>>(read_number(values[0], low, high));
    }
};

template <auto member>
struct Seconds {
    template <typename Block>
    static void read(ngx_conf_t* /*cf*/, Values values, Block& block) {
        const auto time = parse_time(values[0], usual_times);
        if (!time)
            throw wrong_value("must be " + describe(usual_times), values[0]);
        member_of(block, member) = std::chrono::duration_cast<std::chrono::seconds>(*time);
    }
};

template <const auto& words, auto... members>
struct OneWord {
    template <typename Block>
    static void read(ngx_conf_t* /*cf*/, Values values, Block& block) {
        std::array<std::string_view, std::size(words)> names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            names[i] = words[i].word;
            if (names[i] == view(values[0])) {
                ((member_of(block, members) = words[i].value), ...);
                return;
            }
        }
        throw wrong_value("must be " + one_of(names), values[0]);
    }
};

template <auto member>
struct Text {
    template <typename Block>
    static void read(ngx_conf_t* /*cf*/, Values values, Block& block) {
        if (values[0].len == 0)
            throw std::invalid_argument("must not be empty");
        member_of(block, member) = view(values[0]);
    }
};

template <auto function>
struct Own {
    template <typename Block>
    static void read(ngx_conf_t* cf, Values values, Block& block) {
        function(cf, values, block);
    }
};

}  // namespace readers

// Becomes the setting of whichever block the row is of.
template <typename Reader, auto... members>
struct AnySetting {
    template <typename Block>
    constexpr operator Setting<Block>() const {
        return {Reader::template read<Block>,
                []([[maybe_unused]] Block& outer, [[maybe_unused]] Block& block) {
                    (copy_member<Block, members>(outer, block), ...);
                }};
    }
};

// The settings that a row can name.
template <auto member, ngx_int_t low, ngx_int_t high>
inline constexpr AnySetting<readers::Number<member, low, high>, member> number;

// A time within `usual_times`.
template <auto member>
inline constexpr AnySetting<readers::Seconds<member>, member> seconds;

// A word of a table, whose value all members get.
template <const auto& words, auto... members>
inline constexpr AnySetting<readers::OneWord<words, members...>, members...> word;

// A text that is not empty.
template <auto member>
inline constexpr AnySetting<readers::Text<member>, member> text_of;

// Values that are read by a function, and the members that a level inherits.
template <auto function, auto... members>
inline constexpr AnySetting<readers::Own<function>, members...> by;

}  // namespace helpdesk::ngx
