// Tests that every row of a table says what it is for.
#include <gtest/gtest.h>

#include <cctype>

#include "answer/codes.h"
#include "answer/openapi.h"
#include "json.h"
#include "model/action.h"

namespace helpdesk {
namespace {

// Returns whether a text is one sentence: it begins with a capital, and its only full stop ends it.
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

TEST(About, IsASentenceForEveryParameterInOpenApi) {
    const Json document(json_loads(openapi_document("/", "format").c_str(), 0, nullptr));
    for (const Action& action : actions()) {
        const char* method = action.verb.takes_rows ? "post" : "get";
        json_t* path = json_object_get(json_object_get(document.get(), "paths"), ("/" + action.name).c_str());
        json_t* parameters = json_object_get(json_object_get(path, method), "parameters");
        EXPECT_GT(json_array_size(parameters), 0U) << action.name;
        for (std::size_t i = 0; i < json_array_size(parameters); ++i) {
            json_t* parameter = json_array_get(parameters, i);
            const char* text =
                json_string_value(json_object_get(json_object_get(parameter, "schema"), "description"));
            const std::string description = text == nullptr ? "" : text;
            EXPECT_TRUE(description.ends_with('.') &&
                        description.front() == std::toupper(description.front()))
                << action.name << " " << json_string_value(json_object_get(parameter, "name")) << ": "
                << description;
        }
    }
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
