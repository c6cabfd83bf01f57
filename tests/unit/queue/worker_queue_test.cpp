// What the queue gives to the threads of a pool, and when.
#include "worker_queue.hpp"

#include <gtest/gtest.h>

#include <list>
#include <map>

#include "queue/fake_nginx.h"

namespace helpdesk::ngx {
namespace {

struct Kind {
    Work::Sharing sharing = Work::Sharing::none;
    bool changes = false;
    bool takes_long = false;
};

constexpr Kind look_up{.sharing = Work::Sharing::read};
constexpr Kind health{.sharing = Work::Sharing::health};
constexpr Kind shared_write{.sharing = Work::Sharing::write, .changes = true};
constexpr Kind transaction{.changes = true};
constexpr Kind merge{.changes = true, .takes_long = true};
constexpr Kind list{.takes_long = true};

class NoWork : public Work {
  public:
    NoWork(const Settings& settings, Kind kind) : Work(settings, Format::json), kind_(kind) {}

    Sharing sharing() const override { return kind_.sharing; }
    bool takes_long() const override { return kind_.takes_long; }
    bool changes() const override { return kind_.changes; }
    Step carry_out() override { return {Stage::done}; }

  protected:
    Reply answer() override { return {}; }

  private:
    const Kind kind_;
};

class Queue : public testing::Test {
  protected:
    explicit Queue(PoolSize size = {.threads = 8, .max_queue = 64})
        : nginx_(size), queue_(WorkerQueue::before(nginx_.pool())) {}

    // Makes one of the databases that share the pool.
    const Settings& database() {
        DatabaseSettings& database = databases_.emplace_back();
        database.servers.resize(2);  // whose connections are not counted
        Settings& settings = settings_.emplace_back();
        settings.database = &database;
        queue_.expect(database, 1);
        return settings;
    }

    bool add(const Settings& settings, Kind kind) {
        Job job{.call = std::make_unique<Call>(settings, nullptr, std::make_unique<NoWork>(settings, kind),
                                               "", nullptr, nullptr),
                .database = settings.database,
                .stage_done =
                    [this](Job& job) {
                        ++done_;
                        ++done_of_[job.database];
                    },
                .is_wanted = [] { return true; }};
        return queue_.add(job);
    }

    bool add_body(const Settings& settings, bool is_strangers) {
        Job job{.database = settings.database,
                .stage_done = [this](Job&) { ++done_; },
                .is_wanted = [] { return true; },
                .work = [] {},
                .is_strangers = is_strangers};
        return queue_.add(job);
    }

    // Returns the number of tasks that are out once the worker has had its turn.
    static std::size_t out() {
        FakeNginx::run_posted();
        return FakeNginx::tasks().size();
    }

    static void finish_all() {
        while (out() > 0)
            FakeNginx::finish_task();
    }

    FakeNginx nginx_;
    WorkerQueue& queue_;
    std::list<DatabaseSettings> databases_;
    std::list<Settings> settings_;
    int done_ = 0;
    std::map<const DatabaseSettings*, int> done_of_;
};

class QueueOfOneThread : public Queue {
  protected:
    QueueOfOneThread() : Queue({.threads = 1, .max_queue = 64}) {}
};

TEST_F(Queue, LeavesThreadsToLookUpsWhateverWritesWait) {
    const Settings& settings = database();
    for (const Kind kind : {transaction, merge, list})
        for (int i = 0; i < 16; ++i)
            ASSERT_TRUE(add(settings, kind));
    EXPECT_EQ(out(), 6U);
    ASSERT_TRUE(add(settings, shared_write));
    ASSERT_TRUE(add(settings, look_up));
    EXPECT_EQ(out(), 7U);
    ASSERT_TRUE(add(settings, health));
    EXPECT_EQ(out(), 8U);
    finish_all();
    EXPECT_EQ(done_, 3 * 16 + 3);
}

TEST_F(Queue, GivesWritesThatShareStatementsNoMoreThreads) {
    const Settings& settings = database();
    for (int i = 0; i < 16; ++i) {
        ASSERT_TRUE(add(settings, shared_write));
        out();
        FakeNginx::pass(20);
    }
    EXPECT_EQ(out(), 6U);
    finish_all();
}

TEST_F(Queue, GivesMergesHalfOfTheThreads) {
    const Settings& settings = database();
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(add(settings, merge));
    EXPECT_EQ(out(), 4U);
    ASSERT_TRUE(add(settings, transaction));
    EXPECT_EQ(out(), 5U);
    finish_all();
}

TEST_F(Queue, LeavesThreadsToADatabaseOfMany) {
    const Settings& noisy = database();
    const Settings& other = database();
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(add(noisy, transaction));
    EXPECT_EQ(out(), 3U);
    ASSERT_TRUE(add(noisy, look_up));
    EXPECT_EQ(out(), 4U);
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(add(other, transaction));
    EXPECT_EQ(out(), 7U);
    ASSERT_TRUE(add(other, look_up));
    EXPECT_EQ(out(), 8U);
    finish_all();
}

TEST_F(Queue, ReadsStrangersBodiesInAQuarterOfTheThreads) {
    for (int i = 0; i < 8; ++i)
        ASSERT_TRUE(add_body(database(), true));
    EXPECT_EQ(out(), 2U);
    finish_all();
    EXPECT_EQ(done_, 8);
}

TEST_F(QueueOfOneThread, GivesItToWhateverComesFirst) {
    const Settings& settings = database();
    for (const Kind kind : {transaction, look_up, merge, shared_write, list}) {
        ASSERT_TRUE(add(settings, kind));
        EXPECT_EQ(out(), 1U);
        finish_all();
    }
}

TEST_F(QueueOfOneThread, LetsDatabasesTakeTurns) {
    const Settings& one = database();
    const Settings& other = database();
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(add(one, transaction));
        ASSERT_TRUE(add(other, transaction));
    }
    for (int i = 0; i < 4; ++i) {
        ASSERT_EQ(out(), 1U);
        FakeNginx::finish_task();
    }
    EXPECT_EQ(done_of_[one.database], 2);
    EXPECT_EQ(done_of_[other.database], 2);
    finish_all();
}

TEST_F(QueueOfOneThread, PostsNoErrandBesideATask) {
    ASSERT_TRUE(add(database(), look_up));
    ASSERT_EQ(out(), 1U);
    ngx_thread_task_t errand{};
    ASSERT_FALSE(queue_.run_errand(errand));
    EXPECT_EQ(out(), 1U);
    finish_all();
    EXPECT_TRUE(queue_.run_errand(errand));
    EXPECT_EQ(FakeNginx::tasks().front(), &errand);
}

TEST_F(QueueOfOneThread, GoesOnAtTheEndOfAnErrand) {
    ngx_thread_task_t errand{};
    ASSERT_TRUE(queue_.run_errand(errand));
    ASSERT_TRUE(add(database(), transaction));
    ASSERT_EQ(out(), 1U);
    FakeNginx::tasks().pop_front();
    queue_.end_errand();
    EXPECT_EQ(out(), 1U);
    finish_all();
    EXPECT_EQ(done_, 1);
}

}  // namespace
}  // namespace helpdesk::ngx
