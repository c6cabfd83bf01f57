// The names that an import has met, of which there may be millions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

// Takes little more memory than the names do: for each some 10 bytes more. A std::set takes 80 for a short
// name.
class NameSet {
  public:
    // Adds a name, which must have no NUL. Returns false if it is there already. Once they have 4 GB in all,
    // no more are kept, and each is new. Throws std::bad_alloc.
    bool insert(const std::string& name);

  private:
    bool is_kept(const std::string& name) const;
    void keep_recent();

    std::set<std::string> recent_;       // the last ones, a small part of all
    std::string kept_;                   // the others, each before a NUL
    std::vector<std::uint32_t> places_;  // where each of those begins, in the order of the names
};

}  // namespace helpdesk
