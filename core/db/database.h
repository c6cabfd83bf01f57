// The database layer's one door: checked values in, an outcome out. SQL, the connector and its exceptions
// stay behind it.
//
// The threads of a process share its connections: a call has one to itself until it is done, then the next
// call on the same database gets it. They are opened when needed, opened again after the server went away,
// and closed when nobody used them for a while or another database needs the room.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
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
    bool backup = false;  // only used while no other works
};

struct DatabaseSettings {
    std::vector<Server> servers;  // of one database; the first that takes writes is used, and stays in use
    // Whether calls go back to a server that comes before the one in use when it takes writes again. Only
    // where the servers are one cluster: otherwise that server lacks what the other acknowledged meanwhile.
    bool failback = false;
    std::string user;
    std::string password;
    std::string name;
    std::chrono::seconds connect_timeout{5};
    std::chrono::seconds read_timeout{10};  // the longest wait for the answer to one statement
    // After which the server itself ends a statement; 0: a little before the read timeout, so that its
    // outcome is known.
    std::chrono::milliseconds statement_timeout{0};
    // The most connections of this process to one server, those of all databases on it together. Where these
    // name different numbers, the smallest counts. 0: what set_default_connections() said.
    unsigned connections = 0;
    std::chrono::seconds idle_timeout{60};  // a connection that nobody used for so long is closed
    Tls tls = Tls::off;
    std::string tls_ca;  // PEM file; empty: the system's authorities
    // Takes what the operator should know of the servers, a line each; called on any thread.
    std::function<void(const std::string&)> warn;
};

// How a call on the database ended.
struct Outcome {
    Problems problems;  // empty: done and, if it changed anything, committed
    std::string log;    // what went wrong, for the operator; empty when nothing did
};

// None of these throws: what fails is a problem in the outcome. All block for round trips to the server.

struct WriteResult : Outcome {
    std::string answer;  // the record's identifier as stored, or its ID where the resource is known by that
    bool added = false;  // of an add, and of an upsert that found no such record
    bool repeated = false;   // nothing was done: this was the answer to the first of the repeats
    std::string entity_tag;  // of the record as it is now, if the write has an If-Match
};

// Does one write as one transaction: whole, or not at all. An add or an update without lists takes two round
// trips at most. A repeatable write is done again after a lost connection, since that does no harm.
WriteResult write(const DatabaseSettings& database, const Write& write);

// What write() would come to now, as far as the database can tell without doing it. Changes nothing.
WriteResult rehearse(const DatabaseSettings& database, const Write& write);

// The most writes, and the most look-ups, that share a statement.
inline constexpr std::size_t most_grouped = 32;

// Whether a write may share statements and commit with others: it has no list, no new row and no rule over
// stored values. An add shares them even if rules write other records with it.
bool can_share(const Write& write);

// Whether a write may add rows of other resources for its record to refer to.
bool adds_rows(const Write& write);

// Does several writes that can share, each whole or not at all by itself: one that fails harms no other.
std::vector<WriteResult> write_grouped(const DatabaseSettings& database,
                                       std::span<const Write* const> writes);

// Takes the records of a list, one after the other. Each comes once: after a lost connection the list is read
// on from where it was.
class RecordSink {
  public:
    RecordSink() = default;
    RecordSink(const RecordSink&) = delete;
    RecordSink& operator=(const RecordSink&) = delete;
    virtual ~RecordSink() = default;

    virtual void record(const StoredRecord& record) = 0;
    // The same for a record that has values of many bytes. Those that are left out of it follow in their
    // order, each in pieces of whole characters, the last of which is marked.
    virtual void begin_record(StoredRecord record) = 0;
    virtual void piece(std::string_view text, bool last) = 0;
    // Bytes of text that wait to be sent.
    virtual std::size_t held() const = 0;
};

// A list is read until so many bytes of text wait to be sent: the record, or the piece, that passes them is
// the last of its page.
inline constexpr std::size_t page_bytes = std::size_t{256} * 1024;

// What is read, how far that was done, and what takes it.
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

// Reads the next page of a list, or counts it: its records are found by the first call, and read as the pages
// come to them. Holds no more than a few dozen records at once, and of a value no more than a page. Never
// sleeps: a walk that has come to the second in which records are still changed gives a pause of 1.25 s at
// most.
ReadResult read(const DatabaseSettings& database, const Reading& reading);

// Reads the first pages of several selections of one record each.
std::vector<ReadResult> read_grouped(const DatabaseSettings& database, std::span<const Reading> readings);

struct StoredValues : Outcome {
    bool exists = false;
    std::vector<std::string> values;  // of the variables, in their order; empty if there is no such record
};

// Reads variables of the record that a write is about, as answers show them.
StoredValues read_values(const DatabaseSettings& database, const Write& write,
                         std::span<const Variable* const> variables);

struct Credentials : Outcome {
    std::string password_hash;         // empty: there is no such record, or it has no password
    bool allowed = false;              // what SignIn::allowed_by says
    std::string identifier;            // as stored
    std::vector<std::string> outputs;  // those of SignIn
};

Credentials read_credentials(const DatabaseSettings& database, const SignInCheck& check);

// Whether a write could be served. Gives the last answer if that is less than a second old, otherwise asks
// the database. Callers that come at once all ask: let one call at a time. The log says only when it stops
// being well.
Outcome check_health(const DatabaseSettings& database);

// Sets the number of connections of databases that name none, which is 32 without it. Before any is used.
void set_default_connections(unsigned connections);

// Closes the connections that nobody used for longer than their database's idle_timeout. Returns whether
// others are idle. Sends without waiting for an answer.
bool close_overdue_connections();

// Waits until the threads that called any of these have ended, at most so long, then closes all connections
// that are idle. For a process that is about to end, after it told its threads to end. Returns whether they
// have.
bool close_database_connections(std::chrono::milliseconds longest);

}  // namespace helpdesk
