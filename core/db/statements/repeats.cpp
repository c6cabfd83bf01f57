#include "db/statements/repeats.h"

#include "db/statements/record_sql.h"

namespace helpdesk::db {
namespace {

// How often a thread deletes old answers, and how many at most. A group counts as one write.
constexpr int writes_between_deletions = 64;
constexpr int most_deleted = 256;

constexpr std::uint64_t one_inserted = 1;

class Deletion : public Operation {
  public:
    void run(Connection& connection) override {
        connection.execute("DELETE FROM idempotency_keys WHERE used_at < NOW() - INTERVAL 1 DAY LIMIT " +
                               std::to_string(most_deleted),
                           {});
    }
};

}  // namespace

void forget_old_answers(const Attempt& attempt) {
    thread_local int writes = 0;
    if (writes++ % writes_between_deletions != 0)
        return;
    Deletion deletion;
    // If it fails, a later one deletes the same rows.
    attempt(deletion);
}

std::optional<WriteResult> find_answer(Connection& connection, const Repeatable& repeatable) {
    // A repeat changes the row, so the number of rows tells it from a first request.
    if (connection.execute(
            "INSERT INTO idempotency_keys (key_hash, request_hash, answer, added, used_at) "
            "VALUES (UNHEX(?), UNHEX(?), '', 0, NOW()) ON DUPLICATE KEY UPDATE repeats = repeats + 1",
            {repeatable.key_hash, repeatable.request_hash}) == one_inserted)
        return std::nullopt;
    const auto row = connection.query(
        "SELECT used_at < NOW() - INTERVAL 1 DAY, request_hash = UNHEX(?), answer, added, entity_tag "
        "FROM idempotency_keys WHERE key_hash = UNHEX(?)",
        {repeatable.request_hash, repeatable.key_hash});
    row->next();
    if (row->number(1) != 0)
        return std::nullopt;
    WriteResult result;
    if (row->number(2) != 0) {
        result.answer = text_of(*row, 3, "idempotency_keys.answer");
        result.added = row->number(4) != 0;
        result.entity_tag = row->text(5);
        result.repeated = true;
    } else {
        result.problems.push_back({code::idempotency_key_reused, std::string(idempotency_key_header),
                                   "was used for another request within the last day"});
    }
    return result;
}

bool has_answer(Connection& connection, const Repeatable& repeatable) {
    return connection
        .query(
            "SELECT 1 FROM idempotency_keys WHERE key_hash = UNHEX(?) AND used_at >= NOW() - INTERVAL 1 DAY",
            {repeatable.key_hash})
        ->next();
}

void keep_answer(Connection& connection, const Repeatable& repeatable, const WriteResult& result,
                 const AnsweredRecord& record) {
    connection.execute(
        "UPDATE idempotency_keys SET request_hash = UNHEX(?), answer = ?, added = ?, entity_tag = ?, "
        "resource = ?, number = ?, used_at = NOW() WHERE key_hash = UNHEX(?)",
        {repeatable.request_hash, result.answer, static_cast<std::uint64_t>(result.added), result.entity_tag,
         std::string(record.table), record.number, repeatable.key_hash});
}

void replace_answers(Connection& connection, const AnsweredRecord& record, const std::string& answer) {
    connection.execute("UPDATE idempotency_keys SET answer = ? WHERE resource = ? AND number = ?",
                       {answer, std::string(record.table), record.number});
}

void move_answers(Connection& connection, const AnsweredRecord& record, std::uint64_t to) {
    connection.execute("UPDATE idempotency_keys SET number = ? WHERE resource = ? AND number = ?",
                       {to, std::string(record.table), record.number});
}

}  // namespace helpdesk::db
