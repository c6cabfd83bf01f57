// Finds out whether the database takes writes.
#include <mutex>

#include "db/session/attempts.h"
#include "db/session/per_database.h"

namespace helpdesk {
namespace db {
namespace {

// The shortest time between two checks of a database, however many health checks there are.
constexpr std::chrono::seconds shortest_interval{1};

// Changes nothing. Still, a server refuses it if it is read-only, or without its cluster or its schema.
class EmptyWrite : public Operation {
  public:
    void run(Connection& connection) override {
        connection.execute("DELETE FROM schema_migrations WHERE version = 0", {});
    }
};

class Health {
  public:
    explicit Health(const DatabaseSettings& settings) : settings_(settings) {}

    // Does not hold the lock while the database is asked, so that no thread waits for another's answer.
    Outcome ask() {
        if (const auto known = recent_answer())
            return {.problems = *known, .log = {}};
        EmptyWrite write;
        Outcome answer = attempt(settings_, write);
        const std::scoped_lock lock(mutex_);
        const bool was_well = problems_.empty();
        problems_ = answer.problems;
        asked_ = std::chrono::steady_clock::now();
        if (!was_well)
            answer.log.clear();
        return answer;
    }

  private:
    std::optional<Problems> recent_answer() {
        const std::scoped_lock lock(mutex_);
        if (asked_ && std::chrono::steady_clock::now() - *asked_ < shortest_interval)
            return problems_;
        return std::nullopt;
    }

    const DatabaseSettings& settings_;
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> asked_;
    Problems problems_;
};

}  // namespace
}  // namespace db

Outcome check_health(const DatabaseSettings& database) {
    return db::per_database<db::Health>(database).ask();
}

}  // namespace helpdesk
