#include "answer/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace helpdesk {
namespace {

std::string page(const char* name) {
    std::ifstream file(std::string(HELPDESK_MANUAL) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Reference, IsInTheManual) {
    EXPECT_NE(page("actions.md").find(reference_text()), std::string::npos)
        << "run: scripts/reference update";
    EXPECT_NE(page("errors.md").find(errors_text()), std::string::npos) << "run: scripts/reference update";
}

}  // namespace
}  // namespace helpdesk
