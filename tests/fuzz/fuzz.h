// What the fuzz targets share.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace helpdesk {

// Ends the program, which libFuzzer reports with the input, when `holds` is not true.
inline void require(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

// Takes a line off an input, all of it when there is none, so that the inputs can be read and written as
// text.
inline std::string_view take_line(std::string_view& input) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(line.size() + (line.size() < input.size() ? 1 : 0));
    return line;
}

}  // namespace helpdesk
