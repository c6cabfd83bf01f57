#include "db/session/servers.h"

#include <gtest/gtest.h>

namespace helpdesk::db {
namespace {

using namespace std::chrono_literals;
using Clock = Servers::Clock;

// Each test has a database of a name of its own, since decisions are shared by name.
class ServersInUse : public testing::Test {
  protected:
    ServersInUse() {
        settings_.name = testing::UnitTest::GetInstance()->current_test_info()->name();
        settings_.servers = {{.host = "backup", .socket = {}, .backup = true},
                             {.host = "a", .socket = {}},
                             {.host = "b", .socket = {}}};
        settings_.warn = [this](const std::string& text) { log_ += text + "\n"; };
    }

    static std::string names(const std::vector<const Server*>& servers) {
        std::string all;
        for (const Server* server : servers)
            all += server->host + " ";
        return all;
    }
    std::string to_try(Servers& servers, Clock::duration later = 0s) {
        return names(servers.to_try(servers.in_use(), Clock::now() + later));
    }

    DatabaseSettings settings_;
    const Server& backup_() { return settings_.servers[0]; }
    const Server& a_() { return settings_.servers[1]; }
    const Server& b_() { return settings_.servers[2]; }
    std::string log_;
};

TEST_F(ServersInUse, IsTheFirstThatIsNoBackup) {
    Servers servers(settings_);
    EXPECT_EQ(servers.in_use().server, &a_());
    EXPECT_EQ(to_try(servers), "a b backup ");
}

TEST_F(ServersInUse, IsTriedFirst) {
    Servers servers(settings_);
    EXPECT_TRUE(servers.use_instead(backup_(), servers.in_use()));
    EXPECT_EQ(to_try(servers), "backup a b ");
}

TEST_F(ServersInUse, IsThatOfTheFirstDecision) {
    Servers one(settings_);
    Servers other(settings_);
    const auto before = one.in_use();
    one.failed(a_(), before, Clock::now(), "it is read-only");
    EXPECT_TRUE(one.use_instead(b_(), before));
    EXPECT_FALSE(other.use_instead(backup_(), before));
    EXPECT_EQ(other.in_use().server, &b_());
    EXPECT_TRUE(other.use_instead(b_(), before));
    EXPECT_EQ(log_.find("database server a:3306 is left for b:3306: it is read-only; "), 0);
    EXPECT_EQ(log_.find('\n'), log_.size() - 1) << log_;
}

TEST_F(ServersInUse, IsNotTriedAgainAtOnceWhenItFailed) {
    Servers servers(settings_);
    EXPECT_TRUE(servers.failed(a_(), servers.in_use(), Clock::now(), "refused"));
    EXPECT_EQ(to_try(servers), "b backup ");
    EXPECT_EQ(to_try(servers, 1s), "a b backup ");
    EXPECT_EQ(servers.last_failure(a_()), "refused");
}

TEST_F(ServersInUse, IsTriedAgainAtOnceWhenItAnsweredAnotherThreadSince) {
    Servers servers(settings_);
    EXPECT_TRUE(servers.failed(a_(), servers.in_use(), Clock::now() - 30s, "it does not answer"));
    servers.connected(a_());
    EXPECT_EQ(to_try(servers), "a b backup ");
}

TEST_F(ServersInUse, IsTriedAgainAfterASecondHoweverLongItTookToFail) {
    Servers servers(settings_);
    EXPECT_TRUE(servers.failed(a_(), servers.in_use(), Clock::now() - 30s, "it does not answer"));
    EXPECT_EQ(to_try(servers, 900ms), "b backup ");
    EXPECT_EQ(to_try(servers, 1100ms), "a b backup ");
}

TEST_F(ServersInUse, IsNoOtherForAnotherConnectionToIt) {
    Servers servers(settings_);
    const auto before = servers.in_use();
    EXPECT_TRUE(servers.use_instead(a_(), before));
    EXPECT_EQ(servers.in_use().made.number, before.made.number);
    EXPECT_EQ(log_, "");
}

TEST_F(ServersInUse, HasNotFailedWhenItAnsweredAnotherThreadMeanwhile) {
    Servers servers(settings_);
    const auto begin = Clock::now();
    servers.connected(a_());
    EXPECT_FALSE(servers.failed(a_(), servers.in_use(), begin, "timed out"));
    EXPECT_EQ(to_try(servers), "a b backup ");
    servers.leave(servers.in_use(), begin, "timed out");
    EXPECT_EQ(to_try(servers), "b backup a ");
}

TEST_F(ServersInUse, IsNotLeftWhenItAcknowledgedAnotherWriteMeanwhile) {
    Servers servers(settings_);
    const auto begin = Clock::now();
    servers.acknowledged(a_());
    servers.leave(servers.in_use(), begin, "timed out");
    EXPECT_EQ(to_try(servers), "a b backup ");
    EXPECT_FALSE(servers.left_since(servers.in_use(), begin));
    EXPECT_FALSE(servers.failed(a_(), servers.in_use(), begin, "timed out"));
}

TEST_F(ServersInUse, ComesLastForSomeSecondsWhenItWasLeft) {
    Servers servers(settings_);
    const auto begin = Clock::now();
    servers.leave(servers.in_use(), begin, "hangs");
    EXPECT_TRUE(servers.left_since(servers.in_use(), begin));
    EXPECT_FALSE(servers.left_since(servers.in_use(), Clock::now() + 1s));
    EXPECT_EQ(to_try(servers), "b backup a ");
    EXPECT_EQ(to_try(servers, 9s), "b backup a ");
    EXPECT_EQ(to_try(servers, 11s), "a b backup ");
}

// Otherwise a thread that saw it fail would go elsewhere although others have decided for it since.
TEST_F(ServersInUse, DoesNotSufferFromWhatHappenedBeforeTheDecisionForIt) {
    Servers servers(settings_);
    servers.leave(servers.in_use(), Clock::now(), "hangs");
    EXPECT_TRUE(servers.use_instead(b_(), servers.in_use()));
    EXPECT_TRUE(servers.use_instead(a_(), servers.in_use()));
    EXPECT_EQ(to_try(servers), "a b backup ");
}

TEST_F(ServersInUse, IsTriedAtOnceWhenItFailedBeforeTheDecisionForIt) {
    Servers servers(settings_);
    servers.failed(a_(), servers.in_use(), Clock::now() - 1s, "timed out");
    EXPECT_EQ(to_try(servers), "b backup ");
    EXPECT_TRUE(servers.use_instead(b_(), servers.in_use()));
    EXPECT_TRUE(servers.use_instead(a_(), servers.in_use()));
    EXPECT_EQ(to_try(servers), "a b backup ");
}

TEST_F(ServersInUse, GoesBackWithFailbackOnly) {
    Servers staying(settings_);
    EXPECT_TRUE(staying.use_instead(backup_(), staying.in_use()));
    EXPECT_EQ(names(staying.better_than(staying.in_use(), Clock::now())), "");
    settings_.failback = true;
    Servers servers(settings_);
    EXPECT_EQ(servers.in_use().server, &backup_());
    const auto now = Clock::now();
    EXPECT_EQ(names(servers.better_than(servers.in_use(), now)), "a b ");
    EXPECT_EQ(names(servers.better_than(servers.in_use(), now)), "");
    EXPECT_EQ(names(servers.better_than(servers.in_use(), now + 1s)), "a b ");
    EXPECT_TRUE(servers.go_back(b_(), servers.in_use()));
    EXPECT_EQ(names(servers.better_than(servers.in_use(), now + 2s)), "a ");
    EXPECT_TRUE(servers.go_back(a_(), servers.in_use()));
    EXPECT_EQ(names(servers.better_than(servers.in_use(), now + 3s)), "");
}

TEST_F(ServersInUse, IsNoneWhenAnotherConfigurationMovedElsewhere) {
    Servers servers(settings_);
    DatabaseSettings more = settings_;
    more.servers.push_back({.host = "c", .socket = {}});
    Servers others(more);
    EXPECT_TRUE(others.use_instead(more.servers.back(), others.in_use()));
    EXPECT_EQ(servers.in_use().server, nullptr);
}

TEST(ASingleServer, IsAlwaysInUse) {
    DatabaseSettings settings;
    settings.servers = {{.host = "a", .socket = {}}};
    Servers servers(settings);
    EXPECT_EQ(servers.in_use().server, &settings.servers.front());
    const auto begin = Clock::now();
    servers.leave(servers.in_use(), begin, "hangs");
    EXPECT_FALSE(servers.left_since(servers.in_use(), begin));
    EXPECT_TRUE(servers.failed(settings.servers.front(), servers.in_use(), begin, "refused"));
}

// Several have a pause of 50 ms at least.
TEST(ASingleServer, IsTriedAgainAtOnceWhenItFailedAtOnce) {
    DatabaseSettings settings;
    settings.servers = {{.host = "a", .socket = {}}};
    Servers servers(settings);
    const auto not_before_now = Clock::now() + 1h;
    EXPECT_TRUE(servers.failed(settings.servers.front(), servers.in_use(), not_before_now, "refused"));
    EXPECT_EQ(servers.to_try(servers.in_use(), Clock::now()).size(), 1U);
}

}  // namespace
}  // namespace helpdesk::db
