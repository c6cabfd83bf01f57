#include "answer/reference.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace helpdesk {
namespace {

TEST(Reference, IsInTheReadme) {
    std::ifstream file(HELPDESK_README);
    const std::string readme(std::istreambuf_iterator<char>(file), {});
    EXPECT_NE(readme.find(reference_text()), std::string::npos) << "run: scripts/reference update";
}

}  // namespace
}  // namespace helpdesk
