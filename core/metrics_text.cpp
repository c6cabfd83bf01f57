// Writes the numbers in the formats that operators' tools read.
#include <cstdio>

#include "json.h"
#include "metrics.h"

namespace helpdesk {
namespace {

// Returns the value in the unit that is shown, with every decimal that a double keeps.
double shown(const Metric& metric, std::uint64_t value) {
    return static_cast<double>(value) / static_cast<double>(metric.buckets.per_shown);
}

std::string shown_text(const Metric& metric, std::uint64_t value) {
    std::array<char, 32> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.15g", shown(metric, value));
    return {text.data(), static_cast<std::size_t>(length)};
}

// Returns how many values there were up to each bound, and in total.
std::vector<std::uint64_t> cumulative(const std::vector<std::uint64_t>& buckets) {
    std::vector<std::uint64_t> result;
    result.reserve(buckets.size());
    std::uint64_t sum = 0;
    for (const std::uint64_t count : buckets)
        result.push_back(sum += count);
    return result;
}

Json to_json(const Sample& sample) {
    const Metric& metric = *sample.metric;
    Json result = json::object();
    for (std::size_t i = 0; i < sample.values.size(); ++i)
        json::set(result, metric.labels.at(i), json::string(sample.values[i]));
    if (metric.kind != MetricKind::histogram) {
        json::set(result, "value", json::number(sample.value));
        return result;
    }
    const std::vector<std::uint64_t> counts = cumulative(sample.buckets);
    Json buckets = json::array();
    for (std::size_t i = 0; i < metric.buckets.bounds.size(); ++i)
        json::append(buckets,
                     json::object(json::Member{"le", json::real(shown(metric, metric.buckets.bounds[i]))},
                                  json::Member{"count", json::number(counts[i])}));
    json::set(result, "buckets", std::move(buckets));
    json::set(result, "count", json::number(counts.back()));
    json::set(result, "sum", json::real(shown(metric, sample.value)));
    return result;
}

std::string escaped(std::string_view label) {
    std::string result;
    for (const char c : label) {
        if (c == '\\' || c == '"')
            result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result;
}

std::string_view type(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return "counter";
        case MetricKind::histogram:
            return "histogram";
        default:
            return "gauge";
    }
}

// Returns a line of Prometheus's format. `le` is the bound of a bucket.
std::string line(const Sample& sample, std::string_view suffix, std::string_view le,
                 const std::string& value) {
    std::string labels;
    const auto add = [&](std::string_view name, std::string_view text) {
        labels.append(labels.empty() ? "" : ",")
            .append(name)
            .append("=\"")
            .append(escaped(text))
            .append("\"");
    };
    for (std::size_t i = 0; i < sample.values.size(); ++i)
        add(sample.metric->labels.at(i), sample.values[i]);
    if (!le.empty())
        add("le", le);
    std::string result(sample.metric->name);
    result.append(suffix);
    if (!labels.empty())
        result.append("{").append(labels).append("}");
    return result.append(" ").append(value).append("\n");
}

std::string histogram_lines(const Sample& sample) {
    const Metric& metric = *sample.metric;
    const std::vector<std::uint64_t> counts = cumulative(sample.buckets);
    std::string result;
    for (std::size_t i = 0; i < metric.buckets.bounds.size(); ++i)
        result +=
            line(sample, "_bucket", shown_text(metric, metric.buckets.bounds[i]), std::to_string(counts[i]));
    const std::string all = std::to_string(counts.back());
    return result + line(sample, "_bucket", "+Inf", all) +
           line(sample, "_sum", "", shown_text(metric, sample.value)) + line(sample, "_count", "", all);
}

}  // namespace

std::string metrics_as_json() {
    const Json document = json::object();
    const std::vector<Sample> all = samples();
    for (const Metric* metric : metric::all) {
        Json list = json::array();
        for (const Sample& sample : all)
            if (sample.metric == metric)
                json::append(list, to_json(sample));
        json::set(document, metric->name, std::move(list));
    }
    return dump(document, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}

std::string metrics_as_prometheus() {
    std::string result;
    const std::vector<Sample> all = samples();
    for (const Metric* metric : metric::all) {
        std::string lines;
        for (const Sample& sample : all)
            if (sample.metric == metric)
                lines += metric->kind == MetricKind::histogram
                             ? histogram_lines(sample)
                             : line(sample, "", "", std::to_string(sample.value));
        if (lines.empty())
            continue;
        result.append("# HELP ").append(metric->name).append(" ").append(metric->help).append("\n# TYPE ");
        result.append(metric->name).append(" ").append(type(metric->kind)).append("\n").append(lines);
    }
    return result;
}

}  // namespace helpdesk
