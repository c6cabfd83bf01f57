// Looks something up for a write before it is stored, step by step: first in the database, then on another
// server, as far as it needs to. A resource may have one (model/preparing.h).
#pragma once

#include <string>

#include "call/outside_reply.h"
#include "db/database.h"

namespace helpdesk {

class Preparation {
  public:
    Preparation() = default;
    Preparation(const Preparation&) = delete;
    Preparation& operator=(const Preparation&) = delete;
    virtual ~Preparation() = default;

    // Returns whether read() is the next step.
    virtual bool needs_database() const = 0;
    // Reads what is stored. Blocks. Problems end the write.
    virtual Outcome read(const DatabaseSettings& database) = 0;

    // Returns the query string for the other server. Empty: that is not to be asked.
    virtual const std::string& query() const = 0;
    // Continues with the reply of the other server. Problems end the write. Sets `warning` if there is
    // something that the operator should know.
    virtual Outcome apply_reply(const OutsideReply& reply, std::string& warning) = 0;
};

}  // namespace helpdesk
