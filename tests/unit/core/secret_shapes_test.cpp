#include "core/secret_shapes.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/base64.h"

namespace core = relaybench::core;

TEST_CASE("secret shapes: the value is left out, what kind of thing it was stays") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"Authorization: Bearer aB3xyz9876", "Authorization: Bearer …"},
        {"sent bearer abcdefgh1 twice", "sent bearer … twice"},
        {"Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: Basic …"},
        {"http://user:pa@ss@proxy.example:3128/", "http://…@proxy.example:3128/"},
        {"http://user:pa?ss@proxy.example:3128/, then", "http://…@proxy.example:3128/, then"},
        {"http://user:pa/ss#1@proxy.example", "http://…@proxy.example"},
        {"to https://h/v1?model=m&token=abc#x", "to https://h/v1?model=m&token=…#x"},
        {"https://h/?key=abc", "https://h/?key=…"},
        {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln, then", "eyJ…, then"},
        {"mail somebody.else+x@example.org now", "mail …@example.org now"},
    };
    for (const auto& [text, shown] : cases) {
        CHECK(core::without_secret_shapes(text) == shown);
        CHECK(core::without_secret_shapes(shown) == shown);
    }
}

TEST_CASE("secret shapes: words of the language, times, addresses and classes stay") {
    for (const char* text :
         {"it wants Basic authentication", "The key begins with the word \"Bearer\"", "Proxy-Authenticate: Basic realm=\"x\"",
          "HTTP 403 Forbidden after 1.5 s", "127.0.0.1:443 and [::1]:80", "https://h/a@b?c=@d", "http://h:80/a@b", "http://[::1]:80/a@b",
          "https://relay.example/v1?model=gpt-4o", "a @ b", "5 events @ 300 ms", "", "?key=", "eyJ", "Bearer", "@", "&token"}) {
        CHECK(core::without_secret_shapes(text) == text);
    }
}

TEST_CASE("forms of a secret: those in which it comes back are found") {
    const std::string key = "hs_live_0123456789/abc+def";
    const auto forms = core::forms_of(core::Secret(" " + key + "\n"));
    const auto found_in = [&forms](const std::string& text) {
        return std::ranges::any_of(forms, [&](const core::Secret& form) { return text.find(form.reveal()) != std::string::npos; });
    };
    CHECK(found_in("x" + key + "x"));
    CHECK(found_in("key=hs_live_0123456789%2Fabc%2Bdef&"));
    for (const std::string before : {"", "a", "ab", "abc", "user:"}) {
        CHECK(found_in(core::base64_encode(before + key)));
        CHECK(found_in(core::base64_encode(before + key + "tail")));
    }
    CHECK_FALSE(found_in("hs_live_0123456789"));
}
