// The statements of calls about tickets, which are those of the peers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bare.h"

namespace bare {

using Value = std::optional<std::string>;
using Values = std::map<std::string, Value>;

// Reads the file of pools, which has a line for each value, as a form has it.
std::map<std::string, std::vector<std::string>> read_pools(const std::string& path);

// One thread's connection. A step is one call.
class TicketClient {
  public:
    TicketClient(const Options& options, unsigned number);
    void step();

  private:
    struct Prepared {
        std::vector<std::string> names;
        std::unique_ptr<sql::PreparedStatement> statement;
    };

    Values draw();
    void get_tickets(const Values& call);
    void keyword(const std::string& text);
    void write(const Values& call);
    void add_ticket(const Values& call);
    void update_ticket(const Values& call);
    void add_history(const Values& call);
    void index_words(const std::string& tid, const std::string& text);

    std::string page_of(const std::string& found, const std::string& conditions, int count);
    Prepared& prepared(const std::string& text);
    Prepared& bound(const std::string& text, const std::vector<Value>& values);
    Prepared& bound(const std::string& text, const Values& values);
    // Reads all rows, of which there must be one.
    void read(const std::string& text, const std::vector<Value>& values);
    Values row(const std::string& name, const Values& values);
    void run(const std::string& name, const Values& values);
    // Returns the number of the row that was added last.
    std::string last_id();
    const std::string& text(const std::string& name);

    const Options& options_;
    std::mt19937_64 random_;
    std::unique_ptr<sql::Connection> connection_;
    std::map<std::string, std::string> texts_;
    std::map<std::string, Prepared> statements_;
};

}  // namespace bare
