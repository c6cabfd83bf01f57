// The SQL that follows a reference of a resource to itself from record to record, to find rings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace helpdesk::db {

// Where a chain of references leads, as the number that chain_query() gives.
enum class Chain : std::uint8_t {
    ends,     // with a record that refers to none
    is_long,  // through more than `longest_chain` records, or in a ring without this one
    is_ring,  // back to the record
};

// Less than the number of steps after which servers stop by themselves: 1000, unless they are told otherwise.
inline constexpr int longest_chain = 500;

// Returns the expression for the Chain from a row of `table`, by the references in its `column`, as it leads
// to `record`. `first` is an expression for the ID of that row. With `locks`, all rows of the chain are
// locked until the transaction ends, and are read as they are then: of two writes that close a ring together,
// one waits for the other, or fails as a deadlock and is tried again.
std::string chain_query(std::string_view table, std::string_view column, const std::string& first,
                        bool locks);

}  // namespace helpdesk::db
