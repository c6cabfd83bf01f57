// Whether the database takes writes.
#include <map>
#include <memory>
#include <mutex>

#include "attempts.h"

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
    // Those of `settings`, made when first asked for; `settings` must live as long as the process.
    static Health& of(const DatabaseSettings& settings) {
        static std::mutex mutex;
        static std::map<const DatabaseSettings*, std::unique_ptr<Health>> all;
        const std::scoped_lock lock(mutex);
        std::unique_ptr<Health>& health = all[&settings];
        if (health == nullptr)
            health = std::make_unique<Health>(settings);
        return *health;
    }

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
    return db::Health::of(database).ask();
}

}  // namespace helpdesk
