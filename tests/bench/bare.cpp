// The floors under every server: the statements of one operation in a loop, or bcrypt alone, on so many
// threads.
//
//   helpdesk_bare get|add|update THREADS SECONDS RUN SQL_FOLDER SOCKET PASSWORD ROWS
//   helpdesk_bare OPERATION THREADS SECONDS RUN SQL_FOLDER SOCKET PASSWORD ROWS ACTION CALL POOLS
//   helpdesk_bare bcrypt THREADS SECONDS COST
//
// Prints what wrk's script prints, in microseconds, and the processor time that the loops took.
#include <crypt.h>
#include <sys/resource.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bare.h"
#include "bare_tickets.h"

namespace bare {

std::string statement_text(const Options& options, const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(options.sql + "/" + name + ".sql").rdbuf();
    return text.str();
}

std::unique_ptr<sql::Connection> connect(const Options& options) {
    sql::ConnectOptionsMap map;
    map["hostName"] = sql::SQLString("unix://" + options.socket);
    map["userName"] = sql::SQLString("helpdesk");
    map["password"] = sql::SQLString(options.password);
    map["schema"] = sql::SQLString("helpdesk");
    map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    std::unique_ptr<sql::Connection> connection(sql::mysql::get_mysql_driver_instance()->connect(map));
    const std::unique_ptr<sql::Statement> session(connection->createStatement());
    session->execute(statement_text(options, "session"));
    return connection;
}

}  // namespace bare

namespace {

using bare::Options;

using Clock = std::chrono::steady_clock;
using Step = std::function<void()>;

// One thread's connection and its statement.
class Client {
  public:
    Client(const Options& options, unsigned number)
        : options_(options),
          prefix_("b" + std::to_string(options.run) + "-" + std::to_string(number) + "-"),
          random_(options.run * 100 + number),
          row_(1, options.rows),
          connection_(bare::connect(options)) {
        std::string text = bare::statement_text(options, options.operation);
        const std::string slot = "{assignments}";
        if (const auto at = text.find(slot); at != std::string::npos)
            text.replace(at, slot.size(), "contact = ?, phone = ?, city = ?");
        statement_.reset(connection_->prepareStatement(text));
    }

    void step() {
        ++steps_;
        if (options_.operation == "get")
            get();
        else if (options_.operation == "add")
            add();
        else
            update();
    }

  private:
    std::string existing_cid() { return "c" + std::to_string(row_(random_)); }

    void get() {
        statement_->setString(1, existing_cid());
        const std::unique_ptr<sql::ResultSet> row(statement_->executeQuery());
        const unsigned columns = row->getMetaData()->getColumnCount();
        std::size_t size = 0;
        while (row->next())
            for (unsigned column = 1; column <= columns; ++column)
                size += row->getString(column).length();
        if (size == 0)
            throw std::runtime_error("a customer is missing");
    }

    void add() {
        const std::string values[] = {prefix_ + std::to_string(steps_),
                                      "John Smith",
                                      "john.smith@example.com",
                                      "1 Main Street",
                                      "Atlanta",
                                      "",
                                      "",
                                      "US",
                                      "404-000-0000",
                                      "",
                                      "Y",
                                      "Y",
                                      "N",
                                      "PERSONAL",
                                      "PERSONAL",
                                      "PERSONAL"};
        unsigned index = 0;
        for (const std::string& value : values)
            statement_->setString(++index, value);
        statement_->setNull(++index, sql::DataType::VARCHAR);
        statement_->setString(++index, "");
        statement_->executeUpdate();
    }

    void update() {
        statement_->setString(1, "Jane " + std::to_string(steps_));
        statement_->setString(2, std::to_string(steps_));
        statement_->setString(3, "Rome");
        statement_->setString(4, existing_cid());
        statement_->executeUpdate();
    }

    const Options& options_;
    std::string prefix_;
    std::mt19937_64 random_;
    std::uniform_int_distribution<std::uint64_t> row_;
    std::uint64_t steps_ = 0;
    std::unique_ptr<sql::Connection> connection_;
    std::unique_ptr<sql::PreparedStatement> statement_;
};

template <typename AnyClient>
Step step_of(const Options& options, unsigned number) {
    return [client = std::make_shared<AnyClient>(options, number)] { client->step(); };
}

double processor_microseconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

// Runs each step over and over on a thread of its own, all at once.
void measure(const std::vector<Step>& steps, std::chrono::milliseconds time) {
    std::vector<std::vector<float>> latencies(steps.size());
    std::barrier start(static_cast<std::ptrdiff_t>(steps.size()));
    const double processor = processor_microseconds();
    const auto begin = Clock::now();
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < steps.size(); ++i)
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            for (auto now = Clock::now(); now - begin < time;) {
                steps[i]();
                const auto after = Clock::now();
                latencies[i].push_back(std::chrono::duration<float, std::micro>(after - now).count());
                now = after;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    const std::chrono::duration<double> took = Clock::now() - begin;

    std::vector<float> all;
    for (const auto& some : latencies)
        all.insert(all.end(), some.begin(), some.end());
    std::sort(all.begin(), all.end());
    const auto percentile = [&](std::size_t percent) {
        return all[std::min(all.size() - 1, all.size() * percent / 100)];
    };
    std::cout << R"({"requests": )" << all.size() << R"(, "seconds": )" << took.count() << R"(, "p50": )"
              << percentile(50) << R"(, "p99": )" << percentile(99) << R"(, "cpu": )"
              << processor_microseconds() - processor << R"(, "errors": 0})" << '\n';
}

void hash_password(int cost) {
    crypt_data data{};
    const std::string setting =
        (cost < 10 ? "$2b$0" : "$2b$") + std::to_string(cost) + "$abcdefghijklmnopqrstuu";
    const char* hash = crypt_r("password123", setting.c_str(), &data);
    if (hash == nullptr || hash[0] != '$')
        throw std::runtime_error("bcrypt failed");
}

}  // namespace

int main(int count, char** words) {
    try {
        const std::vector<std::string> arguments(words + 1, words + count);
        Options options{.operation = arguments.at(0),
                        .threads = static_cast<unsigned>(std::stoul(arguments.at(1))),
                        .time = std::chrono::milliseconds(std::lround(std::stod(arguments.at(2)) * 1000)),
                        .run = static_cast<unsigned>(std::stoul(arguments.at(3))),
                        .sql = {},
                        .socket = {},
                        .password = {},
                        .rows = 0,
                        .action = {},
                        .call = {},
                        .pools = {}};
        std::vector<Step> steps;
        if (options.operation == "bcrypt") {
            steps.assign(options.threads, [cost = static_cast<int>(options.run)] { hash_password(cost); });
        } else {
            options.sql = arguments.at(4);
            options.socket = arguments.at(5);
            options.password = arguments.at(6);
            options.rows = std::stoull(arguments.at(7));
            if (arguments.size() > 10) {
                options.action = arguments.at(8);
                options.call = arguments.at(9);
                options.pools = bare::read_pools(arguments.at(10));
            }
            for (unsigned i = 0; i < options.threads; ++i)
                steps.push_back(options.action.empty() ? step_of<Client>(options, i)
                                                       : step_of<bare::TicketClient>(options, i));
        }
        measure(steps, options.time);
    } catch (const std::exception& error) {
        std::cerr << "helpdesk_bare: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
