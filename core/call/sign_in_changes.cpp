#include "call/sign_in_changes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>

#include "db/database.h"
#include "request/check.h"

namespace helpdesk {
namespace {

using Number = std::atomic<ChangeNumber>;
static_assert(Number::is_always_lock_free);

// Records share numbers, so that memory is bounded. If one of them changes, the passwords of the others are
// checked again as well.
constexpr std::size_t numbers = 4096;

struct Changes {
    Number latest;
    Number of_all;
    std::array<Number, numbers> of_some;
};

Changes own;
Changes* changes = &own;

// Must be the same in all processes.
Number& number_of(std::string_view identifier) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : identifier)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return changes->of_some.at((hash ^ (hash >> 32U)) % numbers);
}

// If several threads raise a number at once, the highest value stays.
void raise(Number& number) {
    const ChangeNumber next = ++changes->latest;
    ChangeNumber before = number;
    while (before < next && !number.compare_exchange_weak(before, next)) {
    }
}

bool may_end_sign_ins(const Write& write) {
    const SignIn* sign_in = write.action->resource.sign_in;
    if (sign_in == nullptr)
        return false;
    const Verb& verb = write.action->verb;
    const Variable* name = write.action->resource.name();
    return verb.removes || verb.erases || !verb.into.empty() ||
           (!verb.adds && std::any_of(write.values.begin(), write.values.end(), [&](const Value& value) {
               return value.variable->kind->hashed || value.variable == name ||
                      value.variable->name == sign_in->allowed_by;
           }));
}

}  // namespace

ChangeNumber latest_change() noexcept {
    return changes->latest;
}

bool changed_since(std::string_view identifier, ChangeNumber number) noexcept {
    return changes->of_all > number || number_of(identifier) > number;
}

// A repeat may be the second attempt of this write, if the connection was lost when the first one was stored.
// It does not say what the record was called before.
void note_change(const Write& write, const WriteResult& result) noexcept {
    if (result.added || !may_end_sign_ins(write))
        return;
    if (result.problems.empty() && !result.repeated)
        raise(number_of(result.was.empty() ? result.answer : result.was));
    else if (result.repeated ||
             std::any_of(result.problems.begin(), result.problems.end(),
                         [](const Problem& problem) { return problem.code == code::outcome_unknown; }))
        raise(changes->of_all);
}

void share_changes(std::span<std::byte> memory) {
    if (memory.size() < sizeof(Changes))
        throw std::length_error("too little memory for the changes of sign-ins");
    changes = reinterpret_cast<Changes*>(memory.data());
}

}  // namespace helpdesk
