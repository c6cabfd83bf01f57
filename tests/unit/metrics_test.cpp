#include "metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace helpdesk {
namespace {

struct alignas(64) Line {
    std::array<std::byte, 64> bytes{};
};

// Numbers in memory of their own, as nginx gives it: all zero.
class Metrics : public testing::Test {
  protected:
    Metrics() { share_metrics(std::as_writable_bytes(std::span(memory_))); }

    static std::uint64_t value(const Metric& metric, const std::vector<std::string>& labels) {
        const auto all = samples();
        const auto found = std::find_if(all.begin(), all.end(), [&](const Sample& sample) {
            return sample.metric == &metric && sample.values == labels;
        });
        return found == all.end() ? 0 : found->value;
    }

  private:
    // As long as the process, as share_metrics() asks; each test has the next part.
    static inline std::vector<Line> all_{2048};
    static inline std::size_t used_ = 0;
    std::span<Line> memory_ = std::span(all_).subspan(std::exchange(used_, used_ + 128), 128);
};

TEST_F(Metrics, AreCountedByTheirLabels) {
    count(metric::requests, {"add_customer", "shop", "ok"});
    count(metric::requests, {"add_customer", "shop", "ok"});
    count(metric::requests, {"", "", "missing_key"});
    EXPECT_EQ(value(metric::requests, {"add_customer", "shop", "ok"}), 2);
    EXPECT_EQ(value(metric::requests, {"", "", "missing_key"}), 1);
    EXPECT_EQ(samples().size(), 2);
}

TEST_F(Metrics, AGaugeIsWhatWasLastSet) {
    set(metric::up, {"db1:3306"}, 1);
    set(metric::up, {"db1:3306"}, 0);
    set(metric::durable, {"db1:3306"}, 1);
    EXPECT_EQ(value(metric::up, {"db1:3306"}), 0);
    EXPECT_EQ(value(metric::durable, {"db1:3306"}), 1);
}

TEST_F(Metrics, ManyThreadsCountAtOnce) {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([] {
            for (int n = 0; n < 1000; ++n)
                count(metric::requests, {"get_customers", std::to_string(n % 10), "ok"});
        });
    threads.clear();
    for (int n = 0; n < 10; ++n)
        EXPECT_EQ(value(metric::requests, {"get_customers", std::to_string(n), "ok"}), 800);
}

TEST_F(Metrics, WithoutRoomTheOthersGoOn) {
    for (int n = 0; n < 100; ++n)
        count(metric::failures, {std::to_string(n)});
    const auto kept = samples();
    EXPECT_GT(kept.size(), 10);
    EXPECT_LT(kept.size(), 100);
    count(metric::failures, {kept.front().values.front()});
    EXPECT_EQ(value(metric::failures, kept.front().values), 2);
    count(metric::failures, {std::string(1000, 'x')});
    EXPECT_EQ(samples().size(), kept.size());
}

TEST_F(Metrics, InPrometheusFormat) {
    count(metric::requests, {"add_customer", "a\"b\\c\nd", "ok"});
    set(metric::up, {"unix:/run/db.sock"}, 1);
    EXPECT_EQ(metrics_as_prometheus(),
              "# HELP helpdesk_requests_total Requests by action, key and outcome: ok, or the code of the "
              "problem.\n"
              "# TYPE helpdesk_requests_total counter\n"
              "helpdesk_requests_total{action=\"add_customer\",key=\"a\\\"b\\\\c\\nd\",outcome=\"ok\"} 1\n"
              "# HELP helpdesk_database_up Whether the last use of a database server worked.\n"
              "# TYPE helpdesk_database_up gauge\n"
              "helpdesk_database_up{server=\"unix:/run/db.sock\"} 1\n");
}

}  // namespace
}  // namespace helpdesk
