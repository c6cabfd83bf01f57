#include "answer/openapi.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "answer/problem.h"
#include "json.h"
#include "model/action.h"
#include "model/fields.h"

namespace helpdesk {
namespace {

class OpenApi : public testing::Test {
  protected:
    const Json document_{json_loads(openapi_document("/desk/", "output").c_str(), 0, nullptr)};

    json_t* at(std::initializer_list<std::string> path) const {
        json_t* value = document_.get();
        for (const std::string& name : path)
            value = json_object_get(value, name.c_str());
        return value;
    }
};

bool holds(json_t* array, std::string_view text) {
    for (std::size_t i = 0; i < json_array_size(array); ++i)
        if (text == json_string_value(json_array_get(array, i)))
            return true;
    return false;
}

// Of the parameters, those that stand in a place.
std::size_t count(json_t* parameters, std::string_view place) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < json_array_size(parameters); ++i)
        if (place == json_string_value(json_object_get(json_array_get(parameters, i), "in")))
            ++number;
    return number;
}

TEST_F(OpenApi, HasEveryActionWithEveryVariable) {
    for (const Action& action : actions()) {
        json_t* properties = at({"components", "schemas", action.name, "properties"});
        json_t* patterns = at({"components", "schemas", action.name, "patternProperties"});
        for (const std::string& name : action.variables)
            EXPECT_NE(name == any_field ? patterns : json_object_get(properties, name.c_str()), nullptr)
                << action.name << " " << name;
        EXPECT_NE(json_object_get(properties, "output"), nullptr);
        // The body of an import is its rows.
        const char* method = action.verb.takes_rows ? "post" : "get";
        json_t* parameters = at({"paths", "/desk/" + action.name, method, "parameters"});
        EXPECT_EQ(count(parameters, "query"), json_object_size(properties) + json_object_size(patterns));
        EXPECT_NE(at({"paths", "/desk/" + action.name, "post", "requestBody"}), nullptr);
    }
    EXPECT_EQ(json_object_size(at({"paths"})), actions().size());
}

TEST_F(OpenApi, HasTheHeadersThatAnActionTakes) {
    const auto headers = [&](const char* action, const char* method) {
        return count(at({"paths", std::string("/desk/") + action, method, "parameters"}), "header");
    };
    for (const char* method : {"get", "post"}) {
        EXPECT_EQ(headers("update_customer", method), 2U);
        EXPECT_EQ(headers("add_customer", method), 1U);
        EXPECT_EQ(headers("update_company", method), 1U);
        EXPECT_EQ(headers("get_customers", method), 1U);
        EXPECT_EQ(headers("verify_customer", method), 0U);
        EXPECT_EQ(headers("export_customers", method), 0U);
    }
    EXPECT_EQ(headers("import_customers", "post"), 0U);
    EXPECT_EQ(at({"paths", "/desk/import_customers", "get"}), nullptr);
}

TEST_F(OpenApi, SaysWhatIsRequired) {
    EXPECT_TRUE(holds(at({"components", "schemas", "add_customer", "required"}), "cid"));
    EXPECT_FALSE(holds(at({"components", "schemas", "add_customer", "required"}), "company"));
    EXPECT_TRUE(holds(at({"components", "schemas", "update_customer", "required"}), "cid"));
    EXPECT_FALSE(holds(at({"components", "schemas", "get_customers", "required"}), "cid"));
    EXPECT_TRUE(holds(at({"components", "schemas", "verify_customer", "required"}), "pass"));
    EXPECT_FALSE(holds(at({"components", "schemas", "update_portal", "required"}), "name"));
}

TEST_F(OpenApi, SaysLimitsAndDefaults) {
    const auto property = [&](const char* action, const char* variable) {
        return at({"components", "schemas", action, "properties", variable});
    };
    EXPECT_EQ(json_integer_value(json_object_get(property("add_customer", "cid"), "maxLength")), 255);
    EXPECT_EQ(json_object_get(property("add_customer", "notes"), "maxLength"), nullptr);
    EXPECT_STREQ(json_string_value(json_object_get(property("add_customer", "support"), "default")), "Y");
    EXPECT_EQ(json_object_get(property("update_customer", "support"), "default"), nullptr);
}

TEST_F(OpenApi, HasEveryCodeUnderItsStatus) {
    json_t* codes = at({"components", "schemas", "problem", "properties", "code", "enum"});
    for (const auto& [status, names] : codes_by_status()) {
        for (const std::string_view name : names)
            EXPECT_TRUE(holds(codes, name)) << name;
        EXPECT_NE(at({"components", "responses", "error_" + std::to_string(status)}), nullptr);
    }
    EXPECT_TRUE(holds(codes, code::too_long));
}

TEST_F(OpenApi, HasTheFormatsOfRows) {
    for (json_t* content : {at({"paths", "/desk/import_customers", "post", "requestBody", "content"}),
                            at({"paths", "/desk/export_customers", "get", "responses", "200", "content"})}) {
        EXPECT_EQ(json_object_size(content), 2U);
        EXPECT_NE(json_object_get(content, "text/csv"), nullptr);
    }
    EXPECT_TRUE(
        holds(at({"components", "schemas", "export_customers", "properties", "output", "enum"}), "csv"));
}

TEST_F(OpenApi, HasThreeFormats) {
    json_t* content = at({"paths", "/desk/get_customers", "get", "responses", "200", "content"});
    EXPECT_EQ(json_object_size(content), 3U);
}

}  // namespace
}  // namespace helpdesk
