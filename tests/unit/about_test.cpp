// Every row of a table says what it is for.
#include <gtest/gtest.h>

#include <cctype>

#include "answer/codes.h"
#include "answer/openapi.h"
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
        const std::string_view of = action.resource.plural;
        for (const Variable& variable : action.resource.variables)
            EXPECT_TRUE(is_sentence(variable.about)) << of << " " << variable.name << ": " << variable.about;
        for (const Selector& selector : action.resource.selectors)
            EXPECT_TRUE(is_sentence(selector.about)) << of << " " << selector.name << ": " << selector.about;
    }
}

TEST(About, IsASentenceForEveryAction) {
    for (const Action& action : actions())
        EXPECT_TRUE(is_sentence(action.about)) << action.name << ": " << action.about;
    EXPECT_EQ(find_action("add_customer")->about, "Adds a customer.");
    EXPECT_EQ(find_action("get_support_contracts")->about, "Lists support contracts.");
}

TEST(About, IsASentenceForEveryCode) {
    for (const auto& [status, codes] : all_codes())
        for (const CodeAbout& one : codes)
            EXPECT_TRUE(is_sentence(one.about)) << one.code << ": " << one.about;
}

TEST(About, IsInOpenApi) {
    const std::string document = openapi_document("/", "format");
    EXPECT_NE(
        document.find("The customer's unique name, as your system knows it. Text, at most 255 characters"),
        std::string::npos);
    EXPECT_NE(document.find("Finds customers by any of their phone numbers. Those that have"),
              std::string::npos);
    EXPECT_NE(document.find("Looks up the coordinates of the stored address of a customer."),
              std::string::npos);
    EXPECT_NE(document.find("There is no such company."), std::string::npos);
}

}  // namespace
}  // namespace helpdesk
