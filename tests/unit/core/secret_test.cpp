#include "core/secret.h"

#include <sstream>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include "core/text.h"

using relaybench::core::scrub;
using relaybench::core::Secret;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};

}  // namespace

TEST_CASE("secret: it cannot be printed or turned into a string by accident") {
    static_assert(!Printable<Secret>);
    static_assert(!std::is_convertible_v<Secret, std::string>);
    static_assert(!std::is_convertible_v<std::string, Secret>);
    CHECK(Secret("x").reveal() == "x");
    CHECK(Secret().empty());
}

TEST_CASE("secret: the mask shows the kind of key and its last two characters, of short ones nothing") {
    CHECK(Secret("sk-proj-abcdefghijkl").masked() == "sk-proj-…kl");
    CHECK(Secret("sk_live_1234567890ab").masked() == "sk_live_…ab");
    CHECK(Secret("abcdefghijklmnopqrst").masked() == "…st");
    CHECK(Secret("abcdefgh-jklmnopqrst").masked() == "…st");  // the separator is the ninth character
    CHECK(Secret("sk-4567890123456").masked() == "…");        // 16 characters
    CHECK(Secret("sk-45678901234567").masked() == "sk-…67");
    CHECK(Secret("").masked() == "…");
    CHECK(Secret("sk-\x1b[31m4567890123456").masked() == "…");
}

TEST_CASE("scrub: every occurrence of every secret is masked") {
    const std::vector<Secret> secrets = {Secret("sk-45678901234567"), Secret("hunter2")};
    CHECK(scrub("Bearer sk-45678901234567, again sk-45678901234567; hunter2!", secrets) == "Bearer sk-…67, again sk-…67; …!");
    CHECK(scrub("nothing here", secrets) == "nothing here");
    CHECK(scrub("", secrets).empty());
    CHECK(scrub("text", {}) == "text");
}

TEST_CASE("scrub: a secret within another one does not leave half of the longer one") {
    const std::vector<Secret> secrets = {Secret("abcdef"), Secret("abcdefghij")};
    CHECK(scrub("abcdefghij abcdef", secrets) == "… …");
}

TEST_CASE("scrub: secrets too short to be keys are left alone, or every vowel would go") {
    CHECK(scrub("a banana", {Secret("a"), Secret(""), Secret("anana")}) == "a banana");
}

TEST_CASE("scrub: a text that was cut within a secret does not keep its beginning") {
    const std::vector<Secret> secrets = {Secret("sk-45678901234567"), Secret("hunter"), Secret("hunter2-of-the-proxy")};
    CHECK(scrub("Bearer sk-456789012…", secrets) == "Bearer …");
    CHECK(scrub("Bearer sk-456…, then more", secrets) == "Bearer …, then more");
    CHECK(scrub("Bearer sk-4567890123456", secrets) == "Bearer …");
    CHECK(scrub("Bearer sk-45…", secrets) == "Bearer sk-45…");
    CHECK(scrub("sk-456789 is not its end", secrets) == "sk-456789 is not its end");
    CHECK(scrub("hunter2-of-th…", secrets) == "…");  // more than the shorter one that begins it
    for (std::size_t size = 6; size < 17; ++size) {
        const std::string cut = relaybench::core::printable("401: sk-45678901234567 is no key", size + 5 + std::string("…").size());
        CHECK(scrub(cut, secrets) == "401: …");
    }
}

TEST_CASE("scrub: what a mask shows of a key stays, also when it is scrubbed again") {
    const std::vector<Secret> secrets = {Secret("hs_live_0123456789abcdef")};
    CHECK(scrub("hs_live_…, 24 characters", secrets) == "hs_live_…, 24 characters");
    CHECK(scrub("prefix hs_live_", secrets) == "prefix hs_live_");
    CHECK(scrub(scrub("hs_live_0123456789abcdef", secrets), secrets) == "hs_live_…ef");
}
