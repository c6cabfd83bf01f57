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
    increment(metric::requests, {"add_customer", "shop", "ok"});
    increment(metric::requests, {"add_customer", "shop", "ok"});
    increment(metric::requests, {"", "", "missing_key"});
    EXPECT_EQ(value(metric::requests, {"add_customer", "shop", "ok"}), 2);
    EXPECT_EQ(value(metric::requests, {"", "", "missing_key"}), 1);
    EXPECT_EQ(samples().size(), 2);
}

TEST_F(Metrics, AGaugeIsWhatWasLastSet) {
    set_gauge(metric::up, {"db1:3306"}, 1);
    set_gauge(metric::up, {"db1:3306"}, 0);
    set_gauge(metric::durable, {"db1:3306"}, 1);
    EXPECT_EQ(value(metric::up, {"db1:3306"}), 0);
    EXPECT_EQ(value(metric::durable, {"db1:3306"}), 1);
}

TEST_F(Metrics, ALevelIsThatOfAllProcesses) {
    begin_summed_gauges(1);
    add_to_gauge(metric::queue_depth, {"hash"}, 2);
    begin_summed_gauges(2);
    add_to_gauge(metric::queue_depth, {"hash"}, 5);
    add_to_gauge(metric::queue_depth, {"hash"}, -1);
    EXPECT_EQ(value(metric::queue_depth, {"hash"}), 6);
    EXPECT_EQ(samples().size(), 1);
    // The first was killed, and another comes in its place.
    begin_summed_gauges(1);
    EXPECT_EQ(value(metric::queue_depth, {"hash"}), 4);
    begin_summed_gauges(0);
}

TEST_F(Metrics, ALevelIsNeverBelowZero) {
    add_to_gauge(metric::queue_depth, {"hash"}, -1);
    EXPECT_EQ(value(metric::queue_depth, {"hash"}), 0);
}

TEST_F(Metrics, ALevelIsRaisedForALifetime) {
    {
        const GaugeIncrement raised(metric::connections_busy, "db1:3306");
        EXPECT_EQ(value(metric::connections_busy, {"db1:3306"}), 1);
    }
    EXPECT_EQ(value(metric::connections_busy, {"db1:3306"}), 0);
}

TEST_F(Metrics, AHistogramHasABucketForEachValue) {
    for (const std::uint64_t size : {0, 1, 2, 3, 32, 33, 1000})
        observe(metric::group_size, {"read"}, size);
    const Sample sample = samples().front();
    EXPECT_EQ(sample.buckets, (std::vector<std::uint64_t>{2, 1, 1, 0, 0, 1, 2}));
    EXPECT_EQ(sample.value, 1071);
}

TEST_F(Metrics, ManyThreadsCountAtOnce) {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([] {
            for (int n = 0; n < 1000; ++n)
                increment(metric::requests, {"get_customers", std::to_string(n % 10), "ok"});
        });
    threads.clear();
    for (int n = 0; n < 10; ++n)
        EXPECT_EQ(value(metric::requests, {"get_customers", std::to_string(n), "ok"}), 800);
}

TEST_F(Metrics, WithoutRoomTheOthersGoOn) {
    for (int n = 0; n < 100; ++n)
        increment(metric::failures, {std::to_string(n)});
    const auto kept = samples();
    EXPECT_GT(kept.size(), 10);
    EXPECT_LT(kept.size(), 100);
    increment(metric::failures, {kept.front().values.front()});
    EXPECT_EQ(value(metric::failures, kept.front().values), 2);
    increment(metric::failures, {std::string(1000, 'x')});
    EXPECT_EQ(samples().size(), kept.size());
}

TEST_F(Metrics, LabelsHaveRoomForTheLongestName) {
    // With the byte that ends it.
    increment(metric::failures, {std::string(239, 'x')});
    EXPECT_EQ(value(metric::failures, {std::string(239, 'x')}), 1);
    increment(metric::failures, {std::string(240, 'y')});
    EXPECT_EQ(samples().size(), 1);
}

TEST_F(Metrics, InPrometheusFormat) {
    increment(metric::requests, {"add_customer", "a\"b\\c\nd", "ok"});
    set_gauge(metric::up, {"unix:/run/db.sock"}, 1);
    EXPECT_EQ(metrics_as_prometheus(),
              "# HELP helpdesk_requests_total Requests by action, key and outcome: ok, or the code of the "
              "problem.\n"
              "# TYPE helpdesk_requests_total counter\n"
              "helpdesk_requests_total{action=\"add_customer\",key=\"a\\\"b\\\\c\\nd\",outcome=\"ok\"} 1\n"
              "# HELP helpdesk_database_up Whether the last use of a database server worked.\n"
              "# TYPE helpdesk_database_up gauge\n"
              "helpdesk_database_up{server=\"unix:/run/db.sock\"} 1\n");
}

TEST_F(Metrics, HistogramsInPrometheusFormat) {
    using namespace std::chrono_literals;
    for (const auto time : {150us, 150us, 20'000'000us})
        observe(metric::hash_time, {}, time);
    const std::string text = metrics_as_prometheus();
    EXPECT_NE(text.find("# TYPE helpdesk_hash_seconds histogram\n"
                        "helpdesk_hash_seconds_bucket{le=\"0.0001\"} 0\n"
                        "helpdesk_hash_seconds_bucket{le=\"0.0002\"} 2\n"),
              std::string::npos);
    EXPECT_NE(text.find("helpdesk_hash_seconds_bucket{le=\"10\"} 2\n"
                        "helpdesk_hash_seconds_bucket{le=\"+Inf\"} 3\n"
                        "helpdesk_hash_seconds_sum 20.0003\n"
                        "helpdesk_hash_seconds_count 3\n"),
              std::string::npos);
    observe(metric::group_size, {"read"}, 4);
    EXPECT_NE(metrics_as_prometheus().find("helpdesk_group_size_bucket{kind=\"read\",le=\"4\"} 1\n"),
              std::string::npos);
}

TEST_F(Metrics, ANumberWithoutRoomIsToldOnce) {
    static std::vector<std::string> told;
    tell_of_lost_numbers([](std::string_view metric) noexcept { told.emplace_back(metric); });
    for (int i = 0; i < 100; ++i)
        increment(metric::connections, {"db1:3306", "tenant" + std::to_string(i)});
    EXPECT_EQ(told, std::vector<std::string>{"helpdesk_database_connections_total"});
    EXPECT_EQ(value(metric::connections, {"db1:3306", "tenant0"}), 1);
    EXPECT_EQ(value(metric::connections, {"db1:3306", "tenant99"}), 0);
}

TEST_F(Metrics, ALevelMayHaveTwoLabels) {
    {
        const std::string database = "shop";
        const GaugeIncrement raised(metric::connections_busy, "db1:3306", database);
        EXPECT_EQ(value(metric::connections_busy, {"db1:3306", "shop"}), 1);
    }
    EXPECT_EQ(value(metric::connections_busy, {"db1:3306", "shop"}), 0);
}

TEST_F(Metrics, InJson) {
    using namespace std::chrono_literals;
    set_gauge(metric::up, {"db1:3306"}, 1);
    observe(metric::request_time, {"add_customer"}, 1500us);
    const std::string text = metrics_as_json();
    EXPECT_NE(text.find(R"("server": "db1:3306",)"), std::string::npos);
    EXPECT_NE(text.find(R"("le": 0.0001,)"), std::string::npos);
    EXPECT_NE(text.find(R"("sum": 0.0015)"), std::string::npos);
}

}  // namespace
}  // namespace helpdesk
