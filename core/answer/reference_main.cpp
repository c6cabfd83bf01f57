// Prints the generated part of a page of the manual. scripts/reference runs it.
#include <cstdio>
#include <string_view>

#include "answer/reference.h"

int main(int count, char** arguments) {
    const std::string_view page = count == 2 ? arguments[1] : "";
    if (page != "actions" && page != "errors") {
        std::fputs("usage: helpdesk_reference actions|errors\n", stderr);
        return 2;
    }
    const std::string text = page == "actions" ? helpdesk::reference_text() : helpdesk::errors_text();
    std::fputs(text.c_str(), stdout);
    return 0;
}
