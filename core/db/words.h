// The index of the words of records' texts (search/README.md). Everything here is part of the transaction
// that writes the texts, and throws sql::SQLException.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "db/connection.h"
#include "model/resource.h"

namespace helpdesk::db {

// Tells an index about a record: of a text that was added, or that all its texts are to be read again.
struct IndexedText {
    const WordIndex* index = nullptr;
    std::uint64_t number = 0;  // of the record
    std::string text = {};
    bool is_html = false;
    bool renews = false;
};

// The most text of a record that a short write reads again, in bytes. It takes some tenths of a second.
inline constexpr std::uint64_t most_text_of_short_write = std::uint64_t{16} << 20U;

// Needs the memory for the longest text of a record, for the words that the index has of it at most, and for
// what was added. Returns false if more than `most_text` would have to be read again: then the index is as it
// must not stay, and the transaction must be rolled back.
bool index_texts(Connection& connection, std::span<const IndexedText> texts,
                 std::uint64_t most_text = UINT64_MAX);

// Removes the words of a record that is about to be removed.
void drop_words(Connection& connection, const WordIndex& index, std::uint64_t number);

}  // namespace helpdesk::db
