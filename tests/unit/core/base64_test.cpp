#include "core/base64.h"

#include <string>

#include <doctest/doctest.h>

#include "core/random.h"

using relaybench::core::base64_decode;
using relaybench::core::base64_encode;

TEST_CASE("base64: the test vectors of RFC 4648 section 10") {
    const char* const vectors[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(base64_encode(plain) == encoded);
        CHECK(base64_decode(encoded).value() == plain);
    }
}

TEST_CASE("base64: all bytes come back") {
    relaybench::core::Random random(1);
    for (std::size_t length = 0; length < 200; ++length) {
        std::string bytes(length, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(static_cast<unsigned char>(random.below(256)));
        }
        REQUIRE(base64_decode(base64_encode(bytes)).value() == bytes);
    }
}

TEST_CASE("base64: missing padding and characters outside the alphabet are refused") {
    CHECK(base64_decode("Zg=").error().message == "base64 of 3 characters: the length must be a multiple of 4 (with padding)");
    CHECK(base64_decode("Zm-v").error().message == "base64: character 3 is not of the alphabet A-Z a-z 0-9 + /");
    for (const char* text : {"Z", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9\n", "Zm9v\n"}) {
        CAPTURE(text);
        CHECK_FALSE(base64_decode(text));
    }
}
