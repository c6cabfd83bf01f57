// Prints the reference of all actions; scripts/reference runs it.
#include <cstdio>

#include "answer/reference.h"

int main() {
    std::fputs(helpdesk::reference_text().c_str(), stdout);
    return 0;
}
