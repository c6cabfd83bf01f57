// The fields of a record, as one text of the database.
#include <gtest/gtest.h>

#include <stdexcept>

#include "db/statements/fields_sql.h"

namespace helpdesk::db {
namespace {

TEST(FieldsSql, GivesEachField) {
    const auto fields = unpack_fields("7=0:12@19:2024-01-02 03:04:0513=5:=1:ab");
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_EQ(fields[0].number, 7U);
    EXPECT_EQ(fields[0].text, "");
    EXPECT_EQ(fields[0].form, Form::plain);
    EXPECT_EQ(fields[1].number, 12U);
    EXPECT_EQ(fields[1].text, "2024-01-02 03:04:05");
    EXPECT_EQ(fields[1].form, Form::time);
    EXPECT_EQ(fields[2].text, "=1:ab");
    EXPECT_TRUE(unpack_fields("").empty());
}

TEST(FieldsSql, RefusesWhatWasCutOff) {
    for (const char* text : {"7", "7=", "7=5", "7=5:", "7=5:abcd", "7-1:a", "=1:a", "7=x:a", "7=1:a8"})
        EXPECT_THROW(unpack_fields(text), std::runtime_error) << text;
}

TEST(FieldsSql, KnowsWhatAFieldIs) {
    const FieldDefinition field = definition_of(7, "list,Date/Time,Y,0,a,b\nc");
    EXPECT_EQ(field.number, 7U);
    EXPECT_EQ(field.type, "list");
    EXPECT_EQ(field.data_type, "Date/Time");
    EXPECT_TRUE(field.required);
    EXPECT_EQ(field.max_size, 0U);
    EXPECT_EQ(field.options, "a,b\nc");
    EXPECT_EQ(definition_of(1, "text,Text,N,30,").max_size, 30U);
}

}  // namespace
}  // namespace helpdesk::db
