// Shows what a new kind consists of: its own file, which is this one here, and a line in model/kinds.h if
// others use it. Checking, outputs, descriptions and the checks of tables need no change.
#include "model/kind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "model/action.h"
#include "model/validate.h"
#include "model/value.h"
#include "request/check.h"

namespace helpdesk {
namespace {

// A colour as web pages write it: #rrggbb, stored in lower case.
bool read_colour(const Input& input, Value& value, const std::string& text) {
    value.text = text;
    std::transform(text.begin(), text.end(), value.text->begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (text.size() != 7 || text.front() != '#' ||
        value.text->find_first_not_of("0123456789abcdef", 1) != std::string::npos)
        input.problem(*value.variable, code::invalid_choice, "must be # and six hexadecimal digits");
    return true;
}

void take_black(const Input&, Value& value) {
    value.text = "#000000";
}

Description describe_colour(const Variable&) {
    return {.values = "a colour, as `#rrggbb`", .omitted = "`#000000`", .by_default = "#000000"};
}

void validate_colour(const Resource&, const Variable& variable, Complaints& complaints) {
    complaints.expect(variable.limit == 7, variable.name, "is a colour of more than seven characters");
}

const Kind colour = {.name = "colour",
                     .read = read_colour,
                     .omit = take_black,
                     .describe = describe_colour,
                     .validate = validate_colour};

const std::array variables = {
    Variable{.name = "name", .kind = &kinds::identifier, .column = "name"},
    Variable{.name = "paint", .kind = &colour, .limit = 7, .column = "paint"},
};

constexpr std::array test_verbs = {&verbs::add, &verbs::update};

class NewKind : public testing::Test {
  protected:
    const Resource walls_ =
        with_outputs({.names = {.one = "wall", .many = "walls", .element = "wall", .noun = "wall"},
                      .table = "walls",
                      .variables = variables,
                      .selectors = {},
                      .verbs = test_verbs});

    Write check_call(const Verb& verb, std::string_view query) {
        const Action action{"", "", verb, walls_, {}, {}, {}, ""};
        Variables input;
        decode_form(query, input);
        problems_.clear();
        return check(action, input, {}, problems_);
    }

    Problems problems_;
};

TEST_F(NewKind, IsChecked) {
    EXPECT_EQ(check_call(verbs::add, "name=x&paint=%23FFAA00").values.front().text, "#ffaa00");
    EXPECT_TRUE(problems_.empty());
    EXPECT_EQ(check_call(verbs::add, "name=x").values.front().text, "#000000");
    EXPECT_TRUE(check_call(verbs::update, "name=x").values.empty());
    check_call(verbs::update, "name=x&paint=red");
    ASSERT_EQ(problems_.size(), 1U);
    EXPECT_EQ(problems_.front().variable, "paint");
}

TEST_F(NewKind, IsShown) {
    ASSERT_NE(walls_.find_output("paint"), nullptr);
    EXPECT_EQ(walls_.find_output("paint")->column, "paint");
}

TEST_F(NewKind, IsValidated) {
    EXPECT_TRUE(validate(walls_).empty());
    std::array longer = variables;
    longer[1].limit = 255;
    Resource walls = walls_;
    walls.variables = longer;
    EXPECT_EQ(validate(walls),
              std::vector<std::string>{"walls.paint is a colour of more than seven characters"});
}

}  // namespace
}  // namespace helpdesk
