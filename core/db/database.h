// The only door to the database layer: checked values go in, an outcome comes out. SQL, the connector and its
// exceptions stay behind it.
//
// The threads of a process share its connections. A call has one to itself until it is done; then the next
// call on the same database gets it. A connection is opened when it is needed, opened again after the server
// went away, and closed if it was idle for a while or another database needs the room.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answer/problem.h"
#include "db/statements/list_position.h"
#include "db/stored_record.h"
#include "request/check.h"
#include "request/select.h"

namespace helpdesk {

enum class Tls { off, on, verify };  // verify: the server's certificate too

struct Server {
    std::string host;
    unsigned port = 3306;
    std::string socket;   // a unix socket's path, instead of host and port
    bool backup = false;  // only used if no other works
};

// Returns the server as the configuration names it: `unix:PATH` or `HOST:PORT`.
std::string address(const Server& server);

struct DatabaseSettings {
    std::vector<Server> servers;  // of one database; the first that takes writes is used, and stays in use
    // Whether calls go back to a server that comes before the one in use when it takes writes again. It must
    // only be set if the servers are one cluster: otherwise that server lacks what the other one acknowledged
    // in the meantime.
    bool failback = false;
    std::string user;
    std::string password;
    std::string name;
    std::chrono::seconds connect_timeout{5};
    std::chrono::seconds read_timeout{10};  // the longest wait for the answer to one statement
    // The time after which the server itself ends a statement. 0: a little before the read timeout, so that
    // the statement's outcome is known.
    std::chrono::milliseconds statement_timeout{0};
    // The most connections of this process to one server, for all databases on it together. If these have
    // different limits, the smallest counts. 0: the limit of set_default_connections().
    unsigned connections = 0;
    std::chrono::seconds idle_timeout{60};  // a connection that was idle for so long is closed
    Tls tls = Tls::off;
    std::string tls_ca;  // PEM file; empty: the system's authorities
    // Logs a line that tells the operator about a server. Called on any thread.
    std::function<void(const std::string&)> warn;
};

// Says how a call on the database ended.
struct Outcome {
    Problems problems;  // empty: done and, if it changed anything, committed
    std::string log;    // what went wrong, for the operator; empty when nothing did
};

// None of these functions throws: a failure is a problem in the outcome. All of them block for round trips to
// the server.

struct WriteResult : Outcome {
    std::string answer;  // the record's identifier as stored, or its ID where the resource is known by that
    bool added = false;  // by an add, or by an upsert that found no record
    bool repeated = false;   // nothing was done: this is the answer that the first request got
    std::string entity_tag;  // of the record after the write, if the write has an If-Match
    // The identifier as stored before the write, of a resource whose writes answer with it. Empty: nothing
    // was done.
    std::string was = {};
    // Nothing was done, because the write is `only_if_short`, and is not.
    bool takes_long = false;
    // The outputs that a dry run found besides the answer: their names and values.
    std::vector<std::pair<std::string_view, std::string>> told = {};
};

// Carries out one write as one transaction: completely, or not at all. An add or an update without lists
// takes at most two round trips. A repeatable write is tried again after a lost connection, since it cannot
// be done twice.
WriteResult write(const DatabaseSettings& database, const Write& write);

// Returns what write() would return now, as far as the database can tell without changing anything.
WriteResult rehearse(const DatabaseSettings& database, const Write& write);

struct ErasedPiece : Outcome {
    bool more = false;
};

// Erases a piece of what other records say about the person of a write that erases, in a transaction of its
// own, and keeps in the write how far it came. Must be called until there is no more; then write() erases the
// rest and the record. Erases nothing if write() can do it all at once, or will refuse it.
ErasedPiece erase_piece(const DatabaseSettings& database, Write& write);

// The most writes or look-ups that share a statement.
inline constexpr std::size_t most_grouped = 32;

// Returns whether a write may share statements and a commit with others: it must have no list, no new row,
// no `only_if` and no rule that reads stored values. An add may share them even if its rules write other
// records.
bool can_share(const Write& write);

// Returns whether a write may add rows of other resources to which its record refers.
bool adds_rows(const Write& write);

// Carries out several writes, all of which must be able to share. Each is carried out completely or not at
// all, and one that fails harms no other.
std::vector<WriteResult> write_grouped(const DatabaseSettings& database,
                                       std::span<const Write* const> writes);

// Receives the records of a list, one after the other. Each comes once, also after a lost connection: reading
// then continues where it was.
class RecordSink {
  public:
    RecordSink() = default;
    RecordSink(const RecordSink&) = delete;
    RecordSink& operator=(const RecordSink&) = delete;
    virtual ~RecordSink() = default;

    virtual void record(const StoredRecord& record) = 0;
    // Receives a record without its long values. These follow in their order, each in pieces of whole
    // characters; `last` marks its last piece.
    virtual void begin_record(StoredRecord record) = 0;
    virtual void piece(std::string_view text, bool last) = 0;
    // Returns the bytes of text that wait to be sent.
    virtual std::size_t held() const = 0;
};

// The bytes of text that may wait to be sent. The record, or the piece, with which there are as many or more
// is the last of its page.
inline constexpr std::size_t page_bytes = std::size_t{256} * 1024;

// A list that is being read: its selection, how far it was read, and what receives its records.
struct Reading {
    const Selection& selection;
    ListPosition& position;
    RecordSink& sink;
};

struct ReadResult : Outcome {
    std::uint64_t count = 0;
    // Not 0: the list cannot be read yet. Read it again after this time, with this `read_until` in the
    // selection.
    std::chrono::microseconds pause{0};
    std::string read_until;
};

// Reads the next page of a list, or counts its records. The first call finds the records, and each call reads
// those of its page. Holds at most a few dozen records at once, and at most a page of a value. Never sleeps:
// if a walk comes to a second in which records may still change, returns a pause of at most 1.25 s.
ReadResult read(const DatabaseSettings& database, const Reading& reading);

// Reads the first pages of several selections of one record each.
std::vector<ReadResult> read_grouped(const DatabaseSettings& database, std::span<const Reading> readings);

struct CountsResult : Outcome {
    // The texts of count_outputs (model/counting.h) for each value, in the order of the values.
    std::vector<std::vector<std::string>> records;
    bool more = false;  // there are more values than the selection's limit
};

// Counts the records of a selection by its `count_by`, with one statement.
CountsResult read_counts(const DatabaseSettings& database, const Selection& selection);

struct StoredValues : Outcome {
    bool exists = false;
    std::vector<std::string> values;  // one for each variable; empty if there is no such record
};

// Reads variables of the record that a write changes, as answers show them.
StoredValues read_values(const DatabaseSettings& database, const Write& write,
                         std::span<const Variable* const> variables);

struct Credentials : Outcome {
    std::string password_hash;         // empty: there is no such record, or it has no password
    bool allowed = false;              // what SignIn::allowed_by says
    std::string identifier;            // as stored
    std::vector<std::string> outputs;  // one for each of SignIn::outputs
};

// Reads what decides whether somebody may sign in.
Credentials read_credentials(const DatabaseSettings& database, const SignInCheck& check);

// Finds out whether a write could be served. Returns the last result if it is less than a second old;
// otherwise asks the database. Threads that call it at once all ask, so only one should call it at a time.
// The outcome has a log line only when the database stops working.
Outcome check_health(const DatabaseSettings& database);

// Sets the limit for databases that name none, which otherwise is 32. Must be called before a database is
// used.
void set_default_connections(unsigned connections);

// Closes the connections that were idle for longer than the idle_timeout of their database. Returns whether
// others are idle. Does not wait for the servers.
bool close_overdue_connections();

// Waits until the threads that called any of these functions have ended, but not longer than `longest`, and
// then closes all idle connections. Returns whether the threads have ended. Meant for a process that is about
// to end and has told its threads to end.
bool close_database_connections(std::chrono::milliseconds longest);

}  // namespace helpdesk
