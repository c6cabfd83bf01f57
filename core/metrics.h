// What operators want to count: numbers that all workers of nginx share, in memory that nginx keeps for us.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

// A metric as Prometheus has it: a counter only grows, a gauge is what was last set. For each combination of
// its labels' values it has a number of its own.
struct Metric {
    std::string_view name;
    bool counter;
    std::array<std::string_view, 3> labels;  // the unused ones empty
    std::string_view help;
};

namespace metric {
inline constexpr std::array all = {
    Metric{"helpdesk_requests_total",
           true,
           {"action", "key", "outcome"},
           "Requests by action, key and outcome: ok, or the code of the problem."},
    Metric{
        "helpdesk_database_connections_total", true, {"server"}, "Connections opened to a database server."},
    Metric{"helpdesk_database_failures_total",
           true,
           {"server"},
           "Times that a database server could not be used."},
    Metric{"helpdesk_database_up", false, {"server"}, "Whether the last use of a database server worked."},
    Metric{"helpdesk_database_durable",
           false,
           {"server"},
           "Whether a database server's settings keep acknowledged changes through a crash of its machine."},
};
inline constexpr const Metric& requests = all[0];
inline constexpr const Metric& connections = all[1];
inline constexpr const Metric& failures = all[2];
inline constexpr const Metric& up = all[3];
inline constexpr const Metric& durable = all[4];
}  // namespace metric

// The values of a metric's labels, in their order.
using LabelValues = std::initializer_list<std::string_view>;

// These may be called on any thread, and never wait. A number that there is no room for is not kept: there is
// room for some thousands in a megabyte.
void count(const Metric& metric, LabelValues values) noexcept;
void set(const Metric& metric, LabelValues values, std::uint64_t value) noexcept;

struct Sample {
    const Metric* metric;
    std::vector<std::string> values;  // of the labels
    std::uint64_t value;
};

// All numbers, metric by metric.
std::vector<Sample> samples();

// From here on, the numbers stand in `memory`, which is all zero or held such numbers before. For a time when
// no thread counts; without it they are this process's own. It must begin at a multiple of 64 and live as
// long as the process.
void share_metrics(std::span<std::byte> memory);

// The numbers as a document: {"helpdesk_requests_total": [{"action": …, "key": …, "outcome": …, "value": 1}]}
std::string metrics_as_json();

// In Prometheus's text format, version 0.0.4.
std::string metrics_as_prometheus();

}  // namespace helpdesk
