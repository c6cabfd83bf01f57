// Every row of a table says what it is for.
#include <gtest/gtest.h>

#include <cctype>

#include "model/action.h"

namespace helpdesk {
namespace {

// Whether a text is one sentence: it begins with a capital, and its only full stop ends it.
bool is_sentence(std::string_view text) {
    return !text.empty() && std::isupper(static_cast<unsigned char>(text.front())) != 0 &&
           text.find(". ") == std::string_view::npos && text.ends_with('.');
}

TEST(About, IsASentenceForEveryVariableAndSelector) {
    for (const Action& action : actions()) {
        const std::string_view of = action.resource.names.many;
        for (const Variable& variable : action.resource.variables)
            EXPECT_TRUE(is_sentence(variable.about)) << of << " " << variable.name << ": " << variable.about;
        for (const Selector& selector : action.resource.selectors)
            EXPECT_TRUE(is_sentence(selector.about)) << of << " " << selector.name << ": " << selector.about;
    }
}

}  // namespace
}  // namespace helpdesk
