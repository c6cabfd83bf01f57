// Counts for operators. All workers of nginx share the numbers, in memory that nginx keeps.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace helpdesk {

// The types of Prometheus, and one more. A metric has a number for each combination of its labels' values.
enum class MetricKind {
    counter,       // only grows
    gauge,         // the value that was last set
    summed_gauge,  // a gauge that each process changes by itself; the sum over all processes is shown
    histogram,     // the number of values up to each bound, and their sum
};

// The bounds of a histogram's buckets in ascending order. They and the values are in a smaller unit than is
// shown: `per_shown` of it make one.
struct Buckets {
    std::span<const std::uint64_t> bounds;
    std::uint64_t per_shown = 1;
};

struct Metric {
    std::string_view name;
    MetricKind kind;
    std::array<std::string_view, 3> labels;  // unused ones are empty
    std::string_view help;
    Buckets buckets = {};
};

namespace metric {

inline constexpr std::size_t most_bounds = 16;

// In nanoseconds, from 100 us to 10 s.
inline constexpr std::array<std::uint64_t, most_bounds> time_bounds = {
    100'000,       200'000,       500'000,       1'000'000,     2'000'000,   5'000'000,
    10'000'000,    20'000'000,    50'000'000,    100'000'000,   200'000'000, 500'000'000,
    1'000'000'000, 2'000'000'000, 5'000'000'000, 10'000'000'000};
inline constexpr Buckets times{time_bounds, 1'000'000'000};
inline constexpr std::array<std::uint64_t, 6> size_bounds = {1, 2, 4, 8, 16, 32};
inline constexpr Buckets sizes{size_bounds};

inline constexpr Metric requests{"helpdesk_requests_total",
                                 MetricKind::counter,
                                 {"action", "key", "outcome"},
                                 "Requests by action, key and outcome: ok, or the code of the problem."};
inline constexpr Metric request_time{"helpdesk_request_seconds",
                                     MetricKind::histogram,
                                     {"action"},
                                     "From the request's head to the end of its answer.",
                                     times};
inline constexpr Metric database_time{"helpdesk_database_seconds",
                                      MetricKind::histogram,
                                      {"action"},
                                      "Time of a request in a database thread; of a group, that of all.",
                                      times};
inline constexpr Metric time_by_database{"helpdesk_database_call_seconds",
                                         MetricKind::histogram,
                                         {"database"},
                                         "Time of a request in a database thread, by database.",
                                         times};
inline constexpr Metric hash_time{
    "helpdesk_hash_seconds", MetricKind::histogram, {}, "Time to hash or check one password.", times};
inline constexpr Metric geocoder_time{"helpdesk_geocoder_seconds",
                                      MetricKind::histogram,
                                      {"result"},
                                      "Time to look up coordinates: found, unknown or failed.",
                                      times};
inline constexpr Metric queue_time{"helpdesk_queue_seconds",
                                   MetricKind::histogram,
                                   {"pool"},
                                   "Time that a request waited for a thread.",
                                   times};
inline constexpr Metric queue_time_by_database{
    "helpdesk_database_queue_seconds",
    MetricKind::histogram,
    {"database"},
    "Time that a request waited for a database thread, by database.",
    times};
inline constexpr Metric queue_depth{
    "helpdesk_queue_depth", MetricKind::summed_gauge, {"pool"}, "Requests that wait for a thread."};
inline constexpr Metric request_memory{"helpdesk_request_memory_bytes",
                                       MetricKind::summed_gauge,
                                       {},
                                       "Memory of the requests that wait or are carried out."};
inline constexpr Metric group_size{"helpdesk_group_size",
                                   MetricKind::histogram,
                                   {"kind"},
                                   "Requests that shared statements, of those that can.",
                                   sizes};
inline constexpr Metric connections_open{"helpdesk_database_connections",
                                         MetricKind::summed_gauge,
                                         {"server", "database"},
                                         "Connections that are open to a database server."};
inline constexpr Metric connections_busy{"helpdesk_database_connections_busy",
                                         MetricKind::summed_gauge,
                                         {"server", "database"},
                                         "Connections on which a call is being carried out."};
inline constexpr Metric connections{"helpdesk_database_connections_total",
                                    MetricKind::counter,
                                    {"server", "database"},
                                    "Connections opened to a database server."};
inline constexpr Metric failures{"helpdesk_database_failures_total",
                                 MetricKind::counter,
                                 {"server"},
                                 "Times that a database server could not be used."};
inline constexpr Metric failovers{"helpdesk_database_failovers_total",
                                  MetricKind::counter,
                                  {"server"},
                                  "Times that calls left a database server for another."};
inline constexpr Metric up{"helpdesk_database_up",
                           MetricKind::gauge,
                           {"server"},
                           "Whether the last use of a database server worked."};
inline constexpr Metric durable{
    "helpdesk_database_durable",
    MetricKind::gauge,
    {"server"},
    "Whether a database server's settings keep acknowledged changes through a crash of its machine."};

// All metrics, in the order in which they are shown.
inline constexpr std::array all = {&requests,
                                   &request_time,
                                   &database_time,
                                   &time_by_database,
                                   &hash_time,
                                   &geocoder_time,
                                   &queue_time,
                                   &queue_time_by_database,
                                   &queue_depth,
                                   &request_memory,
                                   &group_size,
                                   &connections_open,
                                   &connections_busy,
                                   &connections,
                                   &failures,
                                   &failovers,
                                   &up,
                                   &durable};

}  // namespace metric

// The values of a metric's labels, in the order of the labels.
using LabelValues = std::initializer_list<std::string_view>;

// These functions may be called on any thread, and never wait. If there is no room for a number it is not
// kept, and a warning is given once. A number or a histogram needs 448 bytes.
void increment(const Metric& counter, LabelValues values) noexcept;
void set_gauge(const Metric& gauge, LabelValues values, std::uint64_t value) noexcept;
void add_to_gauge(const Metric& gauge, LabelValues values, std::int64_t by) noexcept;
void observe(const Metric& histogram, LabelValues values, std::uint64_t value) noexcept;

inline void observe(const Metric& histogram, LabelValues values, std::chrono::nanoseconds time) noexcept {
    observe(histogram, values, static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
}

// Adds one to a gauge for as long as it exists. The labels' values must exist as long; a temporary text,
// which would not, is refused.
class GaugeIncrement {
  public:
    template <typename... Values>
    requires(!(std::is_same_v<Values, std::string> ||
               ...)) explicit GaugeIncrement(const Metric& gauge, Values&&... values) noexcept
        : gauge_(gauge), values_{values...}, count_(sizeof...(values)) {
        add(1);
    }
    GaugeIncrement(const GaugeIncrement&) = delete;
    GaugeIncrement& operator=(const GaugeIncrement&) = delete;
    ~GaugeIncrement() { add(-1); }

  private:
    void add(std::int64_t by) noexcept {
        count_ == 1 ? add_to_gauge(gauge_, {values_[0]}, by)
                    : add_to_gauge(gauge_, {values_[0], values_[1]}, by);
    }

    const Metric& gauge_;
    std::array<std::string_view, 2> values_;
    std::size_t count_;
};

struct Sample {
    const Metric* metric;
    std::vector<std::string> values;     // of the labels
    std::uint64_t value;                 // of a histogram: the sum
    std::vector<std::uint64_t> buckets;  // of a histogram: how many are in each, and how many are beyond
};

// Returns all numbers, metric by metric.
std::vector<Sample> samples();

// From now on, keeps the numbers in `memory`; without it they belong to this process alone. It must be all
// zero or have held such numbers before, begin at a multiple of 64, and live as long as the process. No
// thread may count during the call.
void share_metrics(std::span<std::byte> memory);

// From now on, calls `tell` once, on any thread, if there is no room for a number.
void tell_of_lost_numbers(void (*tell)(std::string_view metric) noexcept);

// Begins this process's part of the summed gauges. No other running process may have the same `number`. What
// an earlier process with that number left, which may have been killed, no longer counts. Call this before
// any of these gauges is changed.
void begin_summed_gauges(unsigned number) noexcept;

// Returns the numbers as a document: {"helpdesk_requests_total": [{"action": …, "key": …, "outcome": …,
// "value": 1}], "helpdesk_hash_seconds": [{"buckets": [{"le": 0.0001, "count": 0}, …], "count": 1, "sum":
// 0.25}], …}
std::string metrics_as_json();

// Returns the numbers in Prometheus's text format, version 0.0.4.
std::string metrics_as_prometheus();

}  // namespace helpdesk
