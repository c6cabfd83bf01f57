// POSIX's extended regular expressions, for the form of a value. Not std::regex: that recurses by the
// character, and takes the compiler ten seconds in each source that uses it.
#pragma once

#include <regex.h>

#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

class Pattern {
  public:
    // Throws std::invalid_argument if it is no expression.
    explicit Pattern(const std::string& expression);
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;
    ~Pattern() { regfree(&compiled_); }

    // The text and what its groups took, in which one that took no part is empty; nothing if the expression
    // is not that of the whole text. For any thread.
    std::vector<std::string_view> match(std::string_view text) const;

  private:
    regex_t compiled_{};
};

}  // namespace helpdesk
