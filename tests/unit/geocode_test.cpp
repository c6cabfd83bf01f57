#include "place/geocode.h"

#include <gtest/gtest.h>

#include <string>

#include "model/resource.h"

namespace helpdesk {
namespace {

GeocoderAnswer read(std::string_view body, int status = 200) {
    return read_geocoder_reply(customers(), {.status = status, .body = body, .failure = {}});
}

Coordinates found(const std::string& latitude, const std::string& longitude) {
    return read(R"([{"lat":")" + latitude + R"(","lon":")" + longitude + R"("}])")
        .found.value_or(Coordinates{});
}

TEST(GeocoderQuery, HasThePartsThatAreThere) {
    EXPECT_EQ(
        geocoder_query({{"street", "1 Main St"}, {"city", " Ulm\t"}, {"state", " \r\n"}, {"country", ""}}),
        "format=jsonv2&limit=1&street=1%20Main%20St&city=Ulm");
    EXPECT_EQ(geocoder_query({{"street", " "}, {"city", ""}}), "");
    EXPECT_EQ(geocoder_query({}), "");
}

TEST(GeocoderQuery, KeepsTextFromBecomingQuery) {
    EXPECT_EQ(geocoder_query({{"city", "a&limit=9#?%+\r\nHost: é"}}),
              "format=jsonv2&limit=1&city=a%26limit%3D9%23%3F%25%2B%0D%0AHost%3A%20%C3%A9");
}

TEST(GeocoderReply, GivesTheCoordinatesOfTheFirstPlace) {
    const GeocoderAnswer answer =
        read(R"([{"place_id":1,"lat":"48.3984968","lon":"-9.9912458","name":"Ulm"},{"lat":"1","lon":"2"}])");
    EXPECT_EQ(answer.found, (Coordinates{"48.3984968", "-9.9912458"}));
    EXPECT_EQ(answer.failure, "");
    EXPECT_EQ(answer.result(), "found");
}

TEST(GeocoderReply, KeepsNineDecimalsExactly) {
    EXPECT_EQ(found("-90.000000000", "+180"), (Coordinates{"-90.000000000", "180"}));
    EXPECT_EQ(found("1.123456789", "0.000000001"), (Coordinates{"1.123456789", "0.000000001"}));
}

TEST(GeocoderReply, RoundsToNineDecimals) {
    EXPECT_EQ(found("1.12345678999999", "2.00000000000000000000000000000000000000000001"),
              (Coordinates{"1.123456790", "2.000000000"}));
    EXPECT_EQ(found("-1.1234567894", "5.0e-05"), (Coordinates{"-1.123456789", "0.000050000"}));
    EXPECT_EQ(found("+4.8E1", "1e-30"), (Coordinates{"48.000000000", "0.000000000"}));
}

TEST(GeocoderReply, MayHaveNumbers) {
    EXPECT_EQ(read(R"([{"lat":48.3984968,"lon":-9}])").found, (Coordinates{"48.398496800", "-9.000000000"}));
    EXPECT_EQ(read(R"([{"lat":5.0e-05,"lon":"180"}])").found, (Coordinates{"0.000050000", "180"}));
    EXPECT_EQ(read(R"([{"lat":90,"lon":-180}])").found, (Coordinates{"90.000000000", "-180.000000000"}));
    EXPECT_EQ(read(R"([{"lat":-90.0,"lon":1.8e2}])").found, (Coordinates{"-90.000000000", "180.000000000"}));
}

TEST(GeocoderReply, OfLocationIqForAnUnknownPlace) {
    EXPECT_EQ(read(R"({"error":"Unable to geocode"})", 404).result(), "unknown");
    for (const char* body : {"", "<html>404 Not Found</html>", "{}", R"({"title":"404 Not Found"})",
                             R"({"error":{"code":404}})", "[]"})
        EXPECT_EQ(read(body, 404).failure, "it answered with status 404") << body;
    EXPECT_EQ(read(R"({"error":"Rate Limited"})", 429).result(), "failed");
}

TEST(GeocoderReply, WithoutAPlaceIsNoFailure) {
    EXPECT_EQ(read("[]").found, std::nullopt);
    EXPECT_EQ(read("[]").failure, "");
    EXPECT_EQ(read("[]").result(), "unknown");
}

TEST(GeocoderReply, OfAnErrorSaysWhich) {
    EXPECT_EQ(read("[]", 429).failure, "it answered with status 429");
    EXPECT_EQ(read(R"([{"lat":"1","lon":"2"}])", 500).result(), "failed");
    EXPECT_EQ(read_geocoder_reply(customers(), {.status = 200, .body = "[]", .failure = "gone"}).failure,
              "gone");
}

TEST(GeocoderReply, IsReadUpTo64KiB) {
    const std::string place = R"([{"lat":"1","lon":"2"}])";
    const std::size_t most = 65536;
    EXPECT_TRUE(read(std::string(most - place.size(), ' ') + place).found);
    EXPECT_FALSE(read(std::string(most + 1 - place.size(), ' ') + place).found);
}

class Rubbish : public testing::TestWithParam<std::string> {};

TEST_P(Rubbish, IsAFailure) {
    const GeocoderAnswer answer = read(GetParam());
    EXPECT_EQ(answer.found, std::nullopt);
    EXPECT_NE(answer.failure, "");
}

std::string place(const std::string& latitude, const std::string& longitude = R"("1")") {
    return R"([{"lat":)" + latitude + R"(,"lon":)" + longitude + "}]";
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, Rubbish,
    testing::Values("", " ", "null", "1", "\"x\"", "<html></html>", "{\"lat\":\"1\",\"lon\":\"2\"}", "[",
                    "[[]]", "[null]", "[1]", "[{}]", "[{\"lat\":\"1\"}]", "[{\"lon\":\"1\"}]",
                    "[{\"lat\":\"1\",\"lon\":\"2\"}", "[{\"lat\":\"1\",\"lon\":\"2\"}] x", place("91"),
                    place("true"), place("NaN"), place("\"NaN\""), place("\"inf\""), place("\"1e2\""),
                    place("\"1e\""), place("\"1e999\""), place("1e2"), place("\"0x1\""), place("\"\""),
                    place("\" 1\""), place("\"1,5\""), place("\"1.5.5\""), place("\"1.1234567890x\""),
                    place("\"90.000000001\""), place("\"90.0000000001\""), place("\"-91\""),
                    place("\"1\"", "\"180.1\""), place("\"1\"", "null"), place("\"1\"", "[\"1\"]"),
                    place("\"1\\u0000\""), place("\"" + std::string(400, '9') + "\""),
                    std::string(100'000, '['), std::string(70'000, ' ') + place("\"1\""), "[\"\xFF\"]"));

}  // namespace
}  // namespace helpdesk
