// Says what is erased of a person whose records stay, since others count on them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/selector.h"

namespace helpdesk {

struct Resource;

// The records of another resource that are about the person, and their parts, some of which the person wrote.
struct Traces {
    const Resource& (*resource)();
    std::string_view owner;           // the variable that refers to the person
    Few<std::string_view, 4> copied;  // what the record copied from the person
    Few<std::string_view, 4> words;   // the person's own words, unless `unless` refers to somebody else
    std::string_view unless;
    std::string_view repeats;  // the one of `words` that repeats the text of a part
    // Stands for the fields that a shop adds: texts in them are erased, choices from a list stay. Empty:
    // there are none.
    std::string_view fields = {};

    // Variables of the parts.
    std::string_view author;  // refers to the person who wrote the part
    std::string_view called;  // what that person was called
    std::string_view text;
    std::string_view text_words;         // the words of the text
    std::string_view identifier;         // of what was sent; emptied in those that the person wrote
    Few<std::string_view, 4> addresses;  // emptied in all parts, whoever wrote them
    std::string_view changes;            // what was changed of the record, as a JSON object by variable
    std::string_view former;             // refers to the person whose record it was before that change
};

struct Erasing {
    std::string_view called;  // the new name without the record's number
    std::string_view text;    // stands for a text of a part that was erased
    // Variables of the record.
    std::span<const std::string_view> texts;
    std::span<const std::string_view> others;  // lists, and what may have no value
    Traces traces;
};

// Returns the name that an erased record has, which names nobody.
std::string erased_name(const Erasing& erasing, std::uint64_t number);

}  // namespace helpdesk
