// Counts the tasks of a worker that need a connection to a database, before they go to a thread. What waits
// for a connection then waits in the worker, and holds no thread from databases on other servers.
#pragma once

#include <string>

#include "db/database.h"
#include "lanes.hpp"
#include "ngx.hpp"

namespace helpdesk::ngx {

// The connections of one database to its server. All queues of the worker share it. They are not counted if
// the database has several servers: only a task's thread knows which of them is in use, and may wait there.
class DatabaseConnections {
  public:
    // Returns the connections of the database, which are made on first use. `usual` is their number if the
    // database names none. Throws std::bad_alloc.
    static DatabaseConnections& of(const DatabaseSettings& database, ngx_uint_t usual);

    // Returns whether a connection is left for one more task of the lane. The lanes of a database share its
    // connections as they share threads: otherwise there could be threads left for look-ups, but no
    // connections. If several databases share a server, one of them leaves a connection to the others.
    bool is_one_left(Lane lane) const noexcept;

    // Begin and end a task that needs one.
    void begin(Lane lane) noexcept;
    void end(Lane lane) noexcept;

    // Says, for the operator, that none is left. Must only be called if that is so.
    std::string none_left() const;

  private:
    struct Server {
        std::string address;
        ngx_uint_t most;           // of all databases on it
        ngx_uint_t databases = 0;  // on it
        ngx_uint_t tasks = 0;      // of all these
    };

    static Server& server_at(const std::string& address, ngx_uint_t most);

    Server* server_ = nullptr;  // null: there are several
    Tasks tasks_;
};

}  // namespace helpdesk::ngx
