#include "metrics.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <tuple>

#include "json.h"

namespace helpdesk {
namespace {

enum class State : std::uint32_t { free, written, ready };  // memory that is all zero is free

constexpr std::size_t longest_labels = 240;

// One number. Whoever finds it free makes it his own, once; it is never free again.
struct alignas(64) Slot {
    std::atomic<State> state;
    std::uint16_t metric;  // its place in metric::all
    std::uint16_t length;
    std::atomic<std::uint64_t> value;
    std::array<char, longest_labels> labels;  // their values, each with a NUL at its end
};
static_assert(std::atomic<State>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free,
              "processes share them");

std::span<Slot>& slots() {
    static std::vector<Slot> own(256);
    static std::span<Slot> current(own);
    return current;
}

// False when another process began to write it and did not come to an end: killed, or not on a processor.
bool wait_until_ready(const Slot& slot) {
    for (int i = 0; i < 100 && slot.state.load(std::memory_order_acquire) == State::written; ++i)
        std::this_thread::yield();
    return slot.state.load(std::memory_order_acquire) == State::ready;
}

void write(Slot& slot, std::uint16_t metric, std::string_view labels) {
    slot.metric = metric;
    slot.length = static_cast<std::uint16_t>(labels.size());
    std::copy(labels.begin(), labels.end(), slot.labels.begin());
    slot.state.store(State::ready, std::memory_order_release);
}

// The slot of these labels, found or made; null when there is no room.
Slot* find(const Metric& metric, LabelValues values) {
    const auto place = static_cast<std::uint16_t>(&metric - metric::all.data());
    std::string labels;
    for (const std::string_view value : values)
        labels.append(value).push_back('\0');
    if (labels.size() > longest_labels)
        return nullptr;
    const std::span<Slot> all = slots();
    const std::size_t first = std::hash<std::string>()(labels) + place;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Slot& slot = all[(first + i) % all.size()];
        State state = State::free;
        if (slot.state.compare_exchange_strong(state, State::written, std::memory_order_acquire)) {
            write(slot, place, labels);
            return &slot;
        }
        if (wait_until_ready(slot) && slot.metric == place &&
            std::string_view(slot.labels.data(), slot.length) == labels)
            return &slot;
    }
    return nullptr;
}

// A number that cannot be kept must not stop what is counted.
Slot* find_or_null(const Metric& metric, LabelValues values) noexcept {
    try {
        return find(metric, values);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

std::vector<std::string> split_labels(std::string_view labels) {
    std::vector<std::string> values;
    while (!labels.empty()) {
        const std::size_t end = labels.find('\0');
        values.emplace_back(labels.substr(0, end));
        labels.remove_prefix(end + 1);
    }
    return values;
}

Json to_json(const Sample& sample) {
    Json result = json::object();
    for (std::size_t i = 0; i < sample.values.size(); ++i)
        json::set(result, sample.metric->labels.at(i), json::string(sample.values[i]));
    json::set(result, "value", json::number(sample.value));
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

}  // namespace

void count(const Metric& metric, LabelValues values) noexcept {
    if (Slot* slot = find_or_null(metric, values))
        slot->value.fetch_add(1, std::memory_order_relaxed);
}

void set(const Metric& metric, LabelValues values, std::uint64_t value) noexcept {
    if (Slot* slot = find_or_null(metric, values))
        slot->value.store(value, std::memory_order_relaxed);
}

std::vector<Sample> samples() {
    std::vector<Sample> result;
    for (const Slot& slot : slots())
        if (slot.state.load(std::memory_order_acquire) == State::ready)
            result.push_back({&metric::all.at(slot.metric), split_labels({slot.labels.data(), slot.length}),
                              slot.value.load(std::memory_order_relaxed)});
    std::sort(result.begin(), result.end(), [](const Sample& a, const Sample& b) {
        return std::tie(a.metric, a.values) < std::tie(b.metric, b.values);
    });
    return result;
}

void share_metrics(std::span<std::byte> memory) {
    slots() = {reinterpret_cast<Slot*>(memory.data()), memory.size() / sizeof(Slot)};
}

std::string metrics_as_json() {
    const Json document = json::object();
    const std::vector<Sample> all = samples();
    for (const Metric& metric : metric::all) {
        Json list = json::array();
        for (const Sample& sample : all)
            if (sample.metric == &metric)
                json::append(list, to_json(sample));
        json::set(document, metric.name, std::move(list));
    }
    return dump(document, JSON_INDENT(1));
}

std::string metrics_as_prometheus() {
    std::string result;
    const Metric* metric = nullptr;
    for (const Sample& sample : samples()) {
        if (metric != sample.metric) {
            metric = sample.metric;
            result.append("# HELP ").append(metric->name).append(" ").append(metric->help);
            result.append("\n# TYPE ")
                .append(metric->name)
                .append(metric->counter ? " counter\n" : " gauge\n");
        }
        std::string labels;
        for (std::size_t i = 0; i < sample.values.size(); ++i)
            labels.append(i == 0 ? "" : ",")
                .append(metric->labels.at(i))
                .append("=\"")
                .append(escaped(sample.values[i]))
                .append("\"");
        result.append(metric->name).append("{" + labels + "} " + std::to_string(sample.value) + "\n");
    }
    return result;
}

}  // namespace helpdesk
