// Stands in for core/db: says what a test tells it to, and remembers what it was asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "db/database.h"

namespace helpdesk {

struct FakeDatabase {
    // What was asked, in its order: "write add_customer x", "read get_customers", "place", "credentials".
    std::vector<std::string> asked;

    std::function<WriteResult(const Write&)> write = [](const Write& write) {
        WriteResult result;
        result.answer = write.identifier;
        result.added = write.action->verb.adds;
        return result;
    };
    // Gives the records to the sink and ends the list, or leaves it at its page.
    std::function<ReadResult(const Reading&)> read = [](const Reading& reading) {
        reading.position.found = true;
        return ReadResult{};
    };
    std::function<CountsResult()> counts = [] { return CountsResult{}; };
    std::function<StoredValues()> values = [] { return StoredValues{}; };
    std::function<Credentials()> credentials = [] { return Credentials{}; };
    std::function<Outcome()> health = [] { return Outcome{}; };
    std::function<ErasedPiece(Write&)> piece = [](Write&) { return ErasedPiece{}; };
    bool shares = false;  // what can_share() says
};

// The database of the test that runs. Each test begins with a new one: see fresh_database().
FakeDatabase& fake_database();
void fresh_database();

}  // namespace helpdesk
