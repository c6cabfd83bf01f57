// Tests whether a server's numbers are evenly apart.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "db/writer.h"

namespace helpdesk::db {
namespace {

// The answer about one variable: a row with its name and its value, or no row.
class Answer : public Rows {
  public:
    explicit Answer(std::string value) : value_(std::move(value)), left_(value_.empty() ? 0 : 1) {}

    bool next() override { return left_-- > 0; }
    bool is_null(unsigned /*column*/) const override { return false; }
    std::string text(unsigned column) const override { return column == 1 ? "wsrep_on" : value_; }
    std::uint64_t number(unsigned /*column*/) const override { return 0; }

  private:
    std::string value_;
    int left_;
};

// A server whose variable has the value. It has no such variable if the value is empty.
class Server : public Connection {
  public:
    explicit Server(std::string wsrep_on) : wsrep_on_(std::move(wsrep_on)) {}

    std::uint64_t largest_packet() const override { return 0; }
    void expect_room(const std::vector<Parameter>& /*parameters*/) const override {}
    std::unique_ptr<Rows> query(const std::string& sql,
                                const std::vector<Parameter>& /*parameters*/) override {
        EXPECT_EQ(sql, "SHOW SESSION VARIABLES LIKE 'wsrep_on'");
        return std::make_unique<Answer>(wsrep_on_);
    }
    std::uint64_t execute(const std::string& /*sql*/, const std::vector<Parameter>& /*parameters*/) override {
        return 0;
    }
    void begin() override {}
    void commit() override {}
    void rollback() override {}

  private:
    std::string wsrep_on_;
};

TEST(Numbers, AreSteadyOutsideOfACluster) {
    Server mariadb("OFF");
    EXPECT_TRUE(has_steady_numbers(mariadb));
    Server mysql("");
    EXPECT_TRUE(has_steady_numbers(mysql));
}

TEST(Numbers, AreNotSteadyInACluster) {
    Server member("ON");
    EXPECT_FALSE(has_steady_numbers(member));
}

}  // namespace
}  // namespace helpdesk::db
