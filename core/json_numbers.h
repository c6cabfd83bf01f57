// The numbers of a JSON text as they are written: a parser makes machine numbers of them, which have no room
// for 2^63 and forget the last digit of 19.10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

struct JsonNumbers {
    // The same text with 0 and spaces in place of each number, so that a parser takes it if it would take the
    // numbers of JSON's grammar, and says the same line and column where it is broken.
    std::string without;
    // Those that are values of the outermost object, in their order. They stand in the text that was given.
    std::vector<std::string_view> values;
};

// Expects any bytes. What is returned for a text that is not JSON is not JSON either.
JsonNumbers take_numbers(std::string_view json);

}  // namespace helpdesk
