// Matches the form of a value with POSIX's extended regular expressions. std::regex is not used: it recurses
// for each character, and takes the compiler ten seconds in each source file.
#pragma once

#include <regex.h>

#include <string>
#include <string_view>
#include <vector>

namespace helpdesk {

class Pattern {
  public:
    // Throws std::invalid_argument if the expression is not valid.
    explicit Pattern(const std::string& expression);
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;
    ~Pattern() { regfree(&compiled_); }

    // Returns the text and what each group matched, which is empty for a group that took no part. Returns
    // nothing if the expression does not match the whole text. May be called on any thread.
    std::vector<std::string_view> match(std::string_view text) const;

  private:
    regex_t compiled_{};
};

}  // namespace helpdesk
