// Whether the database takes writes.
#include <mutex>

#include "attempts.h"
#include "per_database.h"

namespace helpdesk {
namespace db {
namespace {

// So often at most a database is asked, however many ask us.
constexpr std::chrono::seconds between_questions{1};

// Changes nothing, and yet is refused by a server that is read-only, without its cluster or its schema.
class WriteOfNothing : public Operation {
  public:
    void run(Connection& connection) override {
        connection.execute("DELETE FROM schema_migrations WHERE version = 0", {});
    }
};

class Health {
  public:
    explicit Health(const DatabaseSettings& settings) : settings_(settings) {}

    Outcome ask() {
        const std::scoped_lock lock(mutex_);
        if (asked_ && std::chrono::steady_clock::now() - *asked_ < between_questions)
            return {.problems = answer_.problems, .log = {}};
        const bool was_well = answer_.problems.empty();
        WriteOfNothing write;
        answer_ = attempt(settings_, write);
        asked_ = std::chrono::steady_clock::now();
        return {.problems = answer_.problems, .log = was_well ? answer_.log : std::string()};
    }

  private:
    const DatabaseSettings& settings_;
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> asked_;
    Outcome answer_;
};

}  // namespace
}  // namespace db

Outcome check_health(const DatabaseSettings& database) {
    return db::per_database<db::Health>(database).ask();
}

}  // namespace helpdesk
