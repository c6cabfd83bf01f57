#include "pattern.h"

#include <stdexcept>

namespace helpdesk {

Pattern::Pattern(const std::string& expression) {
    if (regcomp(&compiled_, ("^(" + expression + ")$").c_str(), REG_EXTENDED) != 0)
        throw std::invalid_argument(expression);
}

std::vector<std::string_view> Pattern::match(std::string_view text) const {
    std::vector<regmatch_t> found(compiled_.re_nsub + 1);
    found.front() = {0, static_cast<regoff_t>(text.size())};
    if (regexec(&compiled_, text.data(), found.size(), found.data(), REG_STARTEND) != 0)
        return {};
    std::vector<std::string_view> groups;
    for (std::size_t i = 1; i < found.size(); ++i)
        groups.push_back(found[i].rm_so < 0
                             ? std::string_view()
                             : text.substr(static_cast<std::size_t>(found[i].rm_so),
                                           static_cast<std::size_t>(found[i].rm_eo - found[i].rm_so)));
    return groups;
}

}  // namespace helpdesk
