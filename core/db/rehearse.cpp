// Carries out a write up to where it would change something.
#include "db/parts.h"
#include "db/plan.h"
#include "db/session/attempts.h"
#include "db/session/errors.h"

namespace helpdesk {
namespace db {
namespace {

class Rehearsal : public Operation {
  public:
    explicit Rehearsal(const Write& write) : write_(write), plan_(write) {}

    void run(Connection& connection) override {
        ask(connection, write_);
        if (!plan_.adding() && plan_.record_id == 0 && write_.when_missing)
            ask(connection, *write_.when_missing);
    }

    std::optional<Problem> explain(int error) const override {
        return error == packet_too_large ? std::optional(plan_.too_large(largest_packet_)) : std::nullopt;
    }

    WriteResult result() const { return plan_.result(); }

  private:
    void ask(Connection& connection, const Write& write) {
        plan_ = WritePlan(write);
        largest_packet_ = connection.largest_packet();
        std::vector<Parameter> values;
        for (const Value& value : write.values)
            values.emplace_back(value.text.value_or(""));
        connection.expect_room(values);
        const Statement question = plan_.question(0);
        const auto row = connection.query(question.sql, question.parameters);
        row->next();
        plan_.apply_answer(*row);
        if (write.parts)
            rehearse_parts(connection, plan_);
    }

    const Write& write_;
    WritePlan plan_;
    std::uint64_t largest_packet_ = 0;
};

}  // namespace
}  // namespace db

WriteResult rehearse(const DatabaseSettings& database, const Write& write) {
    db::Rehearsal rehearsal(write);
    const Outcome outcome = db::attempt(database, rehearsal);
    WriteResult result = rehearsal.result();
    if (!outcome.problems.empty())
        static_cast<Outcome&>(result) = outcome;
    return result;
}

}  // namespace helpdesk
