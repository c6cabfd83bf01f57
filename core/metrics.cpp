#include "metrics.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <utility>

namespace helpdesk {
namespace {

enum class State : std::uint32_t { free, written, ready };  // memory that is all zero is free

constexpr std::size_t longest_labels = 240;

// The most slots that are searched for a number. Without this limit, each count would search all of them once
// memory is full.
constexpr std::size_t most_looks = 512;

// One number or histogram. The first process that finds it free owns it from then on; it never becomes free
// again.
struct alignas(64) Slot {
    std::atomic<State> state;
    std::uint16_t metric;  // the index in metric::all
    std::uint16_t length;
    std::uint32_t process;  // of a summed gauge
    std::atomic<std::uint64_t> value;
    std::array<std::atomic<std::uint64_t>, metric::most_bounds + 1> buckets;
    std::array<char, longest_labels> labels;  // their values, each with a NUL at its end
};
static_assert(std::atomic<State>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free,
              "processes share them");

std::atomic<std::uint32_t> own_process = 0;

std::span<Slot>& slots() {
    static std::vector<Slot> own(256);
    static std::span<Slot> current(own);
    return current;
}

// Identifies a number: the metric and the values of its labels.
class Name {
  public:
    Name(const Metric& metric, LabelValues values)
        : metric_(static_cast<std::uint16_t>(std::find(metric::all.begin(), metric::all.end(), &metric) -
                                             metric::all.begin())),
          process_(metric.kind == MetricKind::summed_gauge ? own_process.load(std::memory_order_relaxed)
                                                           : 0) {
        for (const std::string_view value : values) {
            if (value.size() >= longest_labels - length_) {
                fits_ = false;
                return;
            }
            std::copy(value.begin(), value.end(), labels_.begin() + length_);
            length_ = static_cast<std::uint16_t>(length_ + value.size());
            labels_[length_++] = '\0';
        }
    }

    bool fits() const { return fits_; }

    std::size_t hash() const { return std::hash<std::string_view>()(labels()) + metric_ + process_; }

    bool is_of(const Slot& slot) const {
        return slot.metric == metric_ && slot.process == process_ &&
               std::string_view(slot.labels.data(), slot.length) == labels();
    }

    void write_to(Slot& slot) const {
        slot.metric = metric_;
        slot.process = process_;
        slot.length = length_;
        std::copy_n(labels_.begin(), length_, slot.labels.begin());
        slot.state.store(State::ready, std::memory_order_release);
    }

  private:
    std::string_view labels() const { return {labels_.data(), length_}; }

    std::uint16_t metric_;
    std::uint32_t process_;
    std::uint16_t length_ = 0;
    bool fits_ = true;
    std::array<char, longest_labels> labels_;
};

// Returns false if another process began to write the slot and did not finish, because it was killed or has
// no processor.
bool wait_until_ready(const Slot& slot) {
    for (int i = 0; i < 100 && slot.state.load(std::memory_order_acquire) == State::written; ++i)
        std::this_thread::yield();
    return slot.state.load(std::memory_order_acquire) == State::ready;
}

std::atomic<void (*)(std::string_view) noexcept> lost_number_teller = nullptr;

Slot* no_room(const Metric& metric) noexcept {
    if (auto* tell = lost_number_teller.exchange(nullptr))
        tell(metric.name);
    return nullptr;
}

// Returns the slot of these labels, found or made. Null if there is no room.
Slot* find_slot(const Metric& metric, LabelValues values) noexcept {
    const Name name(metric, values);
    if (!name.fits())
        return no_room(metric);
    const std::span<Slot> all = slots();
    const std::size_t first = name.hash();
    for (std::size_t i = 0; i < std::min(all.size(), most_looks); ++i) {
        Slot& slot = all[(first + i) % all.size()];
        State state = slot.state.load(std::memory_order_acquire);
        if (state == State::free &&
            slot.state.compare_exchange_strong(state, State::written, std::memory_order_acquire)) {
            name.write_to(slot);
            return &slot;
        }
        if (wait_until_ready(slot) && name.is_of(slot))
            return &slot;
    }
    return no_room(metric);
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

}  // namespace

void increment(const Metric& counter, LabelValues values) noexcept {
    if (Slot* slot = find_slot(counter, values))
        slot->value.fetch_add(1, std::memory_order_relaxed);
}

void set_gauge(const Metric& gauge, LabelValues values, std::uint64_t value) noexcept {
    if (Slot* slot = find_slot(gauge, values))
        slot->value.store(value, std::memory_order_relaxed);
}

void add_to_gauge(const Metric& gauge, LabelValues values, std::int64_t by) noexcept {
    // Subtracting is adding modulo 2^64.
    if (Slot* slot = find_slot(gauge, values))
        slot->value.fetch_add(static_cast<std::uint64_t>(by), std::memory_order_relaxed);
}

void observe(const Metric& histogram, LabelValues values, std::uint64_t value) noexcept {
    Slot* slot = find_slot(histogram, values);
    if (slot == nullptr)
        return;
    const auto bounds = histogram.buckets.bounds;
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
    slot->buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    slot->value.fetch_add(value, std::memory_order_relaxed);
}

std::vector<Sample> samples() {
    std::map<std::pair<std::uint16_t, std::vector<std::string>>, Sample> all;
    for (const Slot& slot : slots()) {
        if (slot.state.load(std::memory_order_acquire) != State::ready)
            continue;
        const Metric& metric = *metric::all.at(slot.metric);
        auto values = split_labels({slot.labels.data(), slot.length});
        Sample& sample = all.try_emplace({slot.metric, values}, Sample{&metric, values, 0, {}}).first->second;
        // A summed gauge has a slot for each process; any other number has only one.
        sample.value += slot.value.load(std::memory_order_relaxed);
        if (metric.kind == MetricKind::histogram)
            for (std::size_t i = 0; i <= metric.buckets.bounds.size(); ++i)
                sample.buckets.push_back(slot.buckets.at(i).load(std::memory_order_relaxed));
    }
    std::vector<Sample> result;
    result.reserve(all.size());
    for (auto& [name, sample] : all) {
        // The sum is negative while another process is between two steps of a change.
        if (sample.metric->kind == MetricKind::summed_gauge && static_cast<std::int64_t>(sample.value) < 0)
            sample.value = 0;
        result.push_back(std::move(sample));
    }
    return result;
}

void share_metrics(std::span<std::byte> memory) {
    slots() = {reinterpret_cast<Slot*>(memory.data()), memory.size() / sizeof(Slot)};
}

void tell_of_lost_numbers(void (*tell)(std::string_view metric) noexcept) {
    lost_number_teller = tell;
}

void begin_summed_gauges(unsigned number) noexcept {
    own_process = number;
    for (Slot& slot : slots())
        if (slot.state.load(std::memory_order_acquire) == State::ready && slot.process == number &&
            metric::all.at(slot.metric)->kind == MetricKind::summed_gauge)
            slot.value.store(0, std::memory_order_relaxed);
}

}  // namespace helpdesk
