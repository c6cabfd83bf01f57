#include "password.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include <regex>

namespace helpdesk {
namespace {

std::string crypt_with(const std::string& password, const std::string& hash) {
    crypt_data data{};
    return crypt_r(password.c_str(), hash.c_str(), &data);
}

TEST(Password, ShortOnesAreBcrypt) {
    for (const std::string& password : {std::string("x"), std::string(72, 'y'), std::string("pässwörd")}) {
        const std::string hash = hash_password(password, 4);
        EXPECT_TRUE(std::regex_match(hash, std::regex(R"(\$2b\$04\$[./A-Za-z0-9]{53})"))) << hash;
        EXPECT_EQ(crypt_with(password, hash), hash);
        EXPECT_NE(crypt_with(password + "z", hash).substr(0, 60) == hash, password.size() < 72);
    }
}

TEST(Password, LongOnesAreWrapped) {
    const std::string hash = hash_password(std::string(73, 'y'), 5);
    EXPECT_TRUE(std::regex_match(
        hash, std::regex(R"(\$bcrypt-sha256\$v=2,t=2b,r=5\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31})")))
        << hash;
}

TEST(Password, EachHashHasItsOwnSalt) {
    EXPECT_NE(hash_password("x", 4), hash_password("x", 4));
}

TEST(Password, CostIsTheConfigured) {
    EXPECT_EQ(hash_password("x", 6).substr(0, 7), "$2b$06$");
}

}  // namespace
}  // namespace helpdesk
