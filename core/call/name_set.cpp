#include "call/name_set.h"

#include <algorithm>

namespace helpdesk {
namespace {

// How many names wait before they are put among the others: so many, or this part of those.
constexpr std::size_t most_recent = 1000;
constexpr std::size_t part_of_kept = 16;

}  // namespace

bool NameSet::insert(const std::string& name) {
    if (is_kept(name))
        return false;
    if (!recent_.insert(name).second)
        return false;
    if (recent_.size() >= std::max(most_recent, places_.size() / part_of_kept))
        keep_recent();
    return true;
}

bool NameSet::is_kept(const std::string& name) const {
    const auto place = std::lower_bound(places_.begin(), places_.end(), name,
                                        [&](std::uint32_t one, const std::string& other) {
                                            return std::string_view(kept_.data() + one) < other;
                                        });
    return place != places_.end() && kept_.data() + *place == name;
}

void NameSet::keep_recent() {
    const auto before = static_cast<std::ptrdiff_t>(places_.size());
    for (const std::string& name : recent_) {
        if (kept_.size() + name.size() >= UINT32_MAX)
            break;
        places_.push_back(static_cast<std::uint32_t>(kept_.size()));
        kept_.append(name).push_back('\0');
    }
    recent_.clear();
    std::inplace_merge(places_.begin(), places_.begin() + before, places_.end(),
                       [&](std::uint32_t one, std::uint32_t other) {
                           return std::string_view(kept_.data() + one) < kept_.data() + other;
                       });
}

}  // namespace helpdesk
