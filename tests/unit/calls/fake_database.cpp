#include "calls/fake_database.h"

namespace helpdesk {
namespace {

FakeDatabase& database() {
    static FakeDatabase database;
    return database;
}

}  // namespace

FakeDatabase& fake_database() {
    return database();
}

void fresh_database() {
    database() = {};
}

WriteResult write(const DatabaseSettings& /*database*/, const Write& write) {
    database().asked.push_back("write " + write.action->name + " " + write.identifier);
    return database().write(write);
}

std::vector<WriteResult> write_grouped(const DatabaseSettings& /*database*/,
                                       std::span<const Write* const> writes) {
    database().asked.push_back("group of writes: " + std::to_string(writes.size()));
    std::vector<WriteResult> results;
    for (const Write* write : writes)
        results.push_back(database().write(*write));
    return results;
}

ErasedPiece erase_piece(const DatabaseSettings& /*database*/, Write& write) {
    database().asked.push_back("piece " + write.action->name + " " + write.identifier);
    return database().piece(write);
}

WriteResult rehearse(const DatabaseSettings& /*database*/, const Write& write) {
    database().asked.push_back("rehearse " + write.action->name + " " + write.identifier);
    return database().write(write);
}

bool can_share(const Write& /*write*/) {
    return database().shares;
}

bool adds_rows(const Write& /*write*/) {
    return false;
}

ReadResult read(const DatabaseSettings& /*database*/, const Reading& reading) {
    database().asked.push_back("read " + reading.selection.action->name);
    return database().read(reading);
}

std::vector<ReadResult> read_grouped(const DatabaseSettings& /*database*/,
                                     std::span<const Reading> readings) {
    database().asked.push_back("group of reads: " + std::to_string(readings.size()));
    std::vector<ReadResult> results;
    for (const Reading& reading : readings)
        results.push_back(database().read(reading));
    return results;
}

CountsResult read_counts(const DatabaseSettings& /*database*/, const Selection& selection) {
    database().asked.push_back("counts " + selection.action->name);
    return database().counts();
}

StoredValues read_values(const DatabaseSettings& /*database*/, const Write& /*write*/,
                         std::span<const Variable* const> /*variables*/) {
    database().asked.emplace_back("values");
    return database().values();
}

Outcome check_health(const DatabaseSettings& /*database*/) {
    database().asked.emplace_back("health");
    return database().health();
}

Credentials read_credentials(const DatabaseSettings& /*database*/, const SignInCheck& /*check*/) {
    database().asked.emplace_back("credentials");
    return database().credentials();
}

}  // namespace helpdesk
