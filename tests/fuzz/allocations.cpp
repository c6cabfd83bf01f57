// What a body of n bytes makes the decoding of it allocate, at the most at once: no more than 32 times n, and
// a little that does not depend on it. Of CSV no more than 8 times n, and as much besides as a header of a
// thousand columns takes. A body of rows is read as customers, and then as tickets, whose parts are checked:
// for them as much again as ten thousand parts take that have a message_id each. What rules make of a part is
// no more than 64 times n. An input is a Content-Type, a line break, and the body, as for `decode`.
#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "answer/rows.h"
#include "fuzz.h"
#include "request/check.h"
#include "request/decode.h"

namespace {

using namespace helpdesk;

struct Bound {
    std::size_t per_byte;
    std::size_t besides;
};

constexpr Bound bound_of_variables{32, std::size_t{64} * 1024};
constexpr Bound bound_of_csv{8, std::size_t{512} * 1024};
constexpr Bound bound_of_csv_with_parts{8, std::size_t{2048} * 1024};
// The words of a text, which may be short, are one by one in a set.
constexpr Bound bound_of_rules{64, std::size_t{64} * 1024};

std::size_t allocated = 0;
std::size_t peak = 0;

void count_allocation(const volatile void* memory, std::size_t size) {
    if (memory == nullptr)
        return;
    allocated += size;
    peak = std::max(peak, allocated);
}

void count_release(const volatile void* memory) {
    const std::size_t size = __sanitizer_get_allocated_size(memory);
    allocated -= std::min(allocated, size);
}

// A part as the rules see it that is not stored.
class BroughtPart : public Change {
  public:
    explicit BroughtPart(const Variables& part) : part_(part) {}

    bool adding() const override { return true; }
    bool updating() const override { return false; }
    bool removing() const override { return false; }
    std::uint64_t number() const override { return 0; }
    bool gives(std::string_view variable) const override { return !part_.get(variable).empty(); }
    bool brings_parts() const override { return false; }
    MaybeText before(std::string_view /*variable*/) const override { return std::nullopt; }
    MaybeText after(std::string_view variable) const override {
        return gives(variable) ? MaybeText(part_.get(variable)) : std::nullopt;
    }
    MaybeText referred(std::string_view /*variable*/, std::string_view /*column*/) const override {
        return std::nullopt;
    }
    const std::string& key_name() const override { return none_; }
    const std::string& now() const override { return none_; }
    std::vector<std::string_view> changed() const override { return {}; }

    void set(std::string_view /*variable*/, MaybeText /*text*/, MaybeText /*shown*/) override {}
    void refer_to_new(std::string_view /*variable*/, const std::string& /*name*/) override {}
    void forbid(Problem /*problem*/) override {}
    void leave() override {}
    void update(const Resource& /*resource*/, const std::string& /*number*/, Values /*values*/) override {}
    void add(const Resource& /*resource*/, Values /*values*/) override {}
    void add_words(const Resource& /*resource*/, const std::string& /*number*/, std::string /*text*/,
                   bool /*is_html*/) override {}
    void renew_words(const Resource& /*resource*/, const std::string& /*number*/) override {}
    void move(const Belongings& /*belongings*/, const std::string& /*to*/) override {}
    void merge(const std::string& /*into*/, const std::string& /*identifier*/) override {}
    void erase_traces() override {}
    void change_others(std::string_view /*variable*/, const std::string& /*from*/,
                       const std::string& /*to*/) override {}

  private:
    const Variables& part_;
    const std::string none_;
};

// Lets the rules read a part of a body of this size, and holds what they allocate to the bound.
void apply_rules(const Resource& resource, const Variables& part, std::size_t size) {
    const std::size_t before = allocated;
    const std::size_t peak_before = std::exchange(peak, before);
    BroughtPart change(part);
    for (const Rule* rule : resource.rules)
        for (const Rule::Function function : {rule->prepare, rule->fill, rule->check})
            if (rule->on_bring && function != nullptr)
                function(change);
    require(peak - before <= bound_of_rules.per_byte * size + bound_of_rules.besides,
            "the memory for what rules read of a body is bounded by its size");
    peak = peak_before;
}

void read_rows_of(const Action& action, const RowBody& body) {
    RowNames names(action, false);
    if (!check_rows(body, names).empty())
        return;
    const auto reader = read_rows(body, names);
    for (Row row; reader->next(row);) {
        if (!row.parts)
            continue;
        for (std::size_t i = 0; i < row.parts->size(); ++i)
            apply_rules(action.resource.parts(), row.parts->at(i), body.text.size());
        Problems problems;
        Parts(*find_action(action.resource.parts(), action.verb), std::move(*row.parts), {}).check(problems);
    }
}

void decode(RowFormat format, const Action& row_action, std::string_view text) {
    const RowBody body{format, std::string(text)};
    read_rows_of(row_action, body);
}

void decode(BodyType type, std::string_view content_type, std::string_view body) {
    Variables variables;
    switch (type) {
        case BodyType::csv:
        case BodyType::ndjson:
            return decode(type == BodyType::csv ? RowFormat::csv : RowFormat::ndjson,
                          *find_action("add_customer"), body);
        case BodyType::unsupported:
            return decode_form(body, variables);
        default:
            static_cast<void>(find_in_body(type, body, content_type, "key"));
            return decode_body(type, body, content_type, variables);
    }
}

// Holds what was allocated since the last call to the bound.
void require_bounded(Bound bound, std::size_t size) {
    require(peak <= bound.per_byte * size + bound.besides, "the memory for a body is bounded by its size");
    allocated = peak = 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int installed = __sanitizer_install_malloc_and_free_hooks(count_allocation, count_release);
    require(installed != 0, "allocations are counted");
    std::string_view body(reinterpret_cast<const char*>(data), size);
    const std::string_view content_type = take_line(body);
    const BodyType type = body_type(content_type);
    static_cast<void>(actions());  // whose tables are made once
    const Action& bring_ticket = *find_action(tickets(), verbs::bring);
    allocated = peak = 0;
    decode(type, content_type, body);
    require_bounded(type == BodyType::csv ? bound_of_csv : bound_of_variables, size);
    if (type == BodyType::csv) {
        decode(RowFormat::csv, bring_ticket, body);
        require_bounded(bound_of_csv_with_parts, size);
    } else if (type == BodyType::ndjson) {
        decode(RowFormat::ndjson, bring_ticket, body);
        require_bounded(bound_of_variables, size);
    }
    return 0;
}
