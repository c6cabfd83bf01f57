#include "password.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include "nfc.h"
#include "pattern.h"

namespace helpdesk {
namespace {

std::string crypt_with(const std::string& password, const std::string& hash) {
    crypt_data data{};
    return crypt_r(password.c_str(), hash.c_str(), &data);
}

TEST(Password, ShortOnesAreBcrypt) {
    for (const std::string& password : {std::string("x"), std::string(72, 'y'), std::string("pässwörd")}) {
        const std::string hash = hash_password(password, 4);
        EXPECT_FALSE(Pattern(R"(\$2b\$04\$[./A-Za-z0-9]{53})").match(hash).empty()) << hash;
        EXPECT_EQ(crypt_with(password, hash), hash);
        EXPECT_NE(crypt_with(password + "z", hash).substr(0, 60) == hash, password.size() < 72);
    }
}

TEST(Password, LongOnesAreWrapped) {
    const std::string hash = hash_password(std::string(73, 'y'), 5);
    const Pattern form(R"(\$bcrypt-sha256\$v=2,t=2b,r=5\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31})");
    EXPECT_FALSE(form.match(hash).empty()) << hash;
}

TEST(Password, EachHashHasItsOwnSalt) {
    EXPECT_NE(hash_password("x", 4), hash_password("x", 4));
}

TEST(Password, CostIsTheConfigured) {
    EXPECT_EQ(hash_password("x", 6).substr(0, 7), "$2b$06$");
}

TEST(Password, OursAreVerified) {
    for (const std::size_t size : {1, 71, 72, 73, 255, 1000}) {
        const std::string password = std::string(size - 1, 'y') + "1";
        const std::string hash = hash_password(password, 4);
        EXPECT_TRUE(verify_password(password, hash, 4)) << size;
        EXPECT_FALSE(verify_password(password.substr(0, size - 1) + "2", hash, 4)) << size;
        EXPECT_FALSE(verify_password(password + "1", hash, 4)) << size;
        EXPECT_FALSE(verify_password("", hash, 4)) << size;
    }
}

// é as one character, and as e with an accent.
const std::string composed = "caf\u00E9";
const std::string decomposed = "cafe\u0301";

TEST(Password, IsTheSameInWhicheverFormItIsSent) {
    for (const std::string& padding : {std::string(), std::string(100, 'x')}) {
        for (const std::string& stored : {composed, decomposed})
            for (const std::string& sent : {composed, decomposed})
                EXPECT_TRUE(verify_password(padding + sent, hash_password(padding + stored, 4), 4));
        EXPECT_FALSE(verify_password(padding + "cafe", hash_password(padding + composed, 4), 4));
    }
    // What is hashed is NFC, as any other program makes it of what it is sent.
    const std::string hash = hash_password(decomposed, 4);
    EXPECT_EQ(crypt_with(composed, hash), hash);
}

TEST(Password, HashesOfWhatWasSentStayGood) {
    const std::string setting = hash_password("x", 4).substr(0, 29);
    const std::string hash = crypt_with(decomposed, setting);
    EXPECT_TRUE(verify_password(decomposed, hash, 4));
    EXPECT_FALSE(verify_password(composed, hash, 4));
}

// Only passwords of a length that somebody may have: the rest would take time by the square of their length.
TEST(Password, OfNobodysLengthIsNotNormalized) {
    const auto repeated = [](std::string_view text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i)
            all += text;
        return all;
    };
    const std::string hash = hash_password(repeated("\u00E9", 510), 4);
    EXPECT_TRUE(verify_password(repeated("e\u0301", 510), hash, 4));
    const std::string longer = hash_password(repeated("\u00E9", 511), 4);
    EXPECT_TRUE(verify_password(repeated("\u00E9", 511), longer, 4));
    EXPECT_FALSE(verify_password(repeated("e\u0301", 511), longer, 4));
}

TEST(Nfc, ComposesButKeepsWhatLooksAlike) {
    EXPECT_EQ(to_nfc(decomposed), composed);
    EXPECT_EQ(to_nfc("\u1E9B\u0323"), "\u1E9B\u0323");  // not NFKC, which would make an s of it
    EXPECT_EQ(to_nfc("\uFB01 \u2460 \uFF21"), "\uFB01 \u2460 \uFF21");
    EXPECT_EQ(to_nfc("q\u0307\u0323"), "q\u0323\u0307");  // in the order of their classes
    EXPECT_EQ(to_nfc("\u212B"), "\u00C5");
    EXPECT_EQ(to_nfc("\u0958"), "\u0915\u093C");  // longer than it came
    EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "\uD55C");
    EXPECT_EQ(to_nfc(std::string("a\0b", 3)), std::string("a\0b", 3));
    EXPECT_EQ(to_nfc(""), "");
    EXPECT_EQ(to_nfc("\xff\xc3"), "\xff\xc3");
}

TEST(Password, OtherProgramsAreVerified) {
    const std::string salt_and_hash = hash_password("x", 4).substr(4);
    for (const char* prefix : {"$2a$", "$2b$", "$2y$"}) {
        EXPECT_TRUE(verify_password("x", prefix + salt_and_hash, 4)) << prefix;
        EXPECT_FALSE(verify_password("z", prefix + salt_and_hash, 4)) << prefix;
    }
    // passlib 1.7.4: bcrypt_sha256.using(rounds=4).hash("x" * 100).
    EXPECT_TRUE(verify_password(
        std::string(100, 'x'),
        "$bcrypt-sha256$v=2,t=2b,r=4$EaVr.WZo4s/K7PhJatkr1O$M1XD1wd4VQH8JYiuhppfVf0lSQzQYNy", 12));
}

// libcrypt takes no phrase of 512 bytes and more; no bcrypt reads more than 72.
TEST(Password, HoweverLongItIsItIsVerified) {
    const std::string password(2000, 'x');
    const std::string hash = hash_password(password.substr(0, 72), 4);
    EXPECT_FALSE(verify_password(password, "", 4));
    EXPECT_FALSE(verify_password(password, hash, 4));
    EXPECT_TRUE(verify_password(password, "$2a$" + hash.substr(4), 4));
}

TEST(Password, WhatIsNoHashMatchesNothing) {
    const std::string hash = hash_password("x", 4);
    const std::string wrapped = hash_password(std::string(73, 'x'), 4);
    for (const std::string& bad :
         {std::string(), std::string("x"), hash.substr(0, 59), hash + "x", "$2x$" + hash.substr(4),
          "$6$" + hash.substr(4), "$2b$99$" + hash.substr(7), "$2b$04$" + std::string(53, '!'),
          wrapped.substr(0, wrapped.size() - 1), wrapped + "x", std::string("$bcrypt-sha256$v=2,t=2b,r=$$"),
          std::string("$bcrypt-sha256$v=2,t=2b,r=x$") + wrapped.substr(28),
          std::string("$bcrypt-sha256$v=2,t=2b,r=")})
        for (const std::string& password : {std::string("x"), std::string(73, 'x'), bad})
            EXPECT_FALSE(verify_password(password, bad, 4)) << bad;
}

}  // namespace
}  // namespace helpdesk
