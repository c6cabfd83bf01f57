// The index of the words of records' texts (search/README.md). Everything here is part of the transaction
// that writes the texts, and throws sql::SQLException.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "db/connection.h"
#include "model/resource.h"

namespace helpdesk::db {

// What an index is told of a record: a text that was added, or that all its texts are to be read again.
struct IndexedText {
    const WordIndex* index = nullptr;
    std::uint64_t number = 0;  // of the record
    std::string text = {};
    bool is_html = false;
    bool renews = false;
};

void index_texts(Connection& connection, std::span<const IndexedText> texts);

// Removes the words of a record that is about to be removed.
void drop_words(Connection& connection, const WordIndex& index, std::uint64_t number);

}  // namespace helpdesk::db
