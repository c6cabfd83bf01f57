// The work of a health check: finds out whether a write could be served.
#pragma once

#include "call/work.h"

namespace helpdesk {

// Answers with a JSON object. Its `status` is `ok` or `unavailable`; in the latter case `code` and `reason`
// say why.
class HealthCheck : public Work {
  public:
    explicit HealthCheck(const Settings& settings) : Work(settings, Format::json) {}

    Sharing sharing() const override { return Sharing::health; }
    Step carry_out() override { return {Stage::done, check_health(database())}; }
    Reply reply(const Outcome& outcome) override;

  protected:
    Reply answer() override { return reply({}); }
};

}  // namespace helpdesk
