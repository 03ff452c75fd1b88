#include "wire/url.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

namespace wire = relaybench::wire;

namespace {

wire::Url parsed(std::string_view text) {
    const auto url = wire::parse_url(text);
    REQUIRE_MESSAGE(url.has_value(), std::string(text));
    return *url;
}

std::string refusal(std::string_view text) {
    const auto url = wire::parse_url(text);
    REQUIRE_MESSAGE(!url.has_value(), std::string(text));
    CHECK(url.error().kind == relaybench::core::ErrorKind::BadInput);
    return url.error().message;
}

bool mentions(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("url: scheme, host, port and target come apart") {
    const wire::Url url = parsed("https://api.example.com:8443/v1/chat?x=1&y=%20");
    CHECK(url.scheme == "https");
    CHECK(url.host == "api.example.com");
    CHECK(url.port == 8443);
    CHECK(url.target == "/v1/chat?x=1&y=%20");
    CHECK(url.secure());
}

TEST_CASE("url: a missing port is the scheme's default and is not shown again") {
    struct Row {
        std::string_view text;
        std::uint16_t port;
    };
    for (const Row& row : {Row{"http://h", 80}, Row{"ws://h", 80}, Row{"https://h", 443}, Row{"wss://h", 443}}) {
        CAPTURE(row.text);
        CHECK(parsed(row.text).port == row.port);
        CHECK(parsed(row.text).authority() == "h");
        CHECK(parsed(row.text).text() == row.text);
    }
    CHECK(parsed("http://h:443").authority() == "h:443");
    CHECK(parsed("https://h:443/").authority() == "h");
}

TEST_CASE("url: scheme and host are read in any case, the target keeps its own") {
    const wire::Url url = parsed("WSS://API.Example.COM/V1/Stream");
    CHECK(url.text() == "wss://api.example.com/V1/Stream");
}

TEST_CASE("url: IPv6 addresses wear brackets outside and none inside") {
    const wire::Url url = parsed("http://[::1]:8088/v1");
    CHECK(url.host == "::1");
    CHECK(url.port == 8088);
    CHECK(url.authority() == "[::1]:8088");
    CHECK(parsed("https://[2001:DB8::1]").authority() == "[2001:db8::1]");
}

TEST_CASE("url: a query right after the host gets the path that HTTP needs") {
    CHECK(parsed("https://h?model=x").target == "/?model=x");
    CHECK(parsed("https://h").target.empty());
}

TEST_CASE("url: user information is refused without printing it") {
    const std::string message = refusal("https://user:hs_live_secret@host/v1");
    CHECK(mentions(message, "user information"));
    CHECK_FALSE(mentions(message, "secret"));
    CHECK_FALSE(mentions(refusal("ftp://user:hs_live_secret@host"), "secret"));
    CHECK_FALSE(mentions(refusal("user:hs_live_secret@host"), "secret"));
}

TEST_CASE("url: refusals say what is wrong and what would be accepted") {
    CHECK(mentions(refusal("api.example.com/v1"), "no scheme"));
    CHECK(mentions(refusal(""), "no scheme"));
    CHECK(mentions(refusal("htps://h"), "did you mean \"https\"?"));
    CHECK(mentions(refusal("ftp://h"), "the scheme must be https, http, wss or ws"));
    CHECK(mentions(refusal("https:///v1"), "no host"));
    CHECK(mentions(refusal("https://h/#top"), "fragment"));
    CHECK(mentions(refusal("https://[::1"), "brackets"));
    CHECK(mentions(refusal("https://[zz]"), "IPv6"));
    CHECK(mentions(refusal(std::string_view("https://[::1\0evil]", 18)), "IPv6"));
    CHECK(mentions(refusal("https://h/a b"), "percent-encoded"));
    CHECK(mentions(refusal("https://h/v1\r\nX-Evil: 1"), "control character"));
    CHECK(mentions(refusal("https://h"
                           "\\evil"),
                   "host"));
    CHECK(mentions(refusal("https://bücher.example"), "host"));
    for (const std::string_view text : {"https://h:0", "https://h:65536", "https://h:", "https://h:80x", "https://h:-1", "https://a:1:2"}) {
        CHECK(mentions(refusal(text), "the port must be a number from 1 to 65535"));
    }
    CHECK(mentions(refusal("api.example.com/v1"), "https://host/v1"));
}

TEST_CASE("url: loopback is 127.0.0.0/8, ::1 and localhost, and nothing that only looks like it") {
    for (const std::string_view host :
         {"127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"}) {
        CAPTURE(host);
        CHECK(wire::is_loopback(host));
    }
    CHECK_FALSE(wire::is_loopback(std::string_view("127.0.0.1\0.evil.com", 19)));
    CHECK_FALSE(wire::is_loopback(std::string_view("::1\0evil", 8)));
    for (const std::string_view host : {"128.0.0.1", "127.0.0.1.evil.com", "localhost.evil.com", "::2", "1.127.0.0", "", "10.0.0.1"}) {
        CAPTURE(host);
        CHECK_FALSE(wire::is_loopback(host));
    }
}

TEST_CASE("url: private hosts are loopback, RFC 1918, RFC 4193, link-local and local names") {
    for (const std::string_view host : {"127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "fc00::1",
                                        "fd12::1", "fe80::1", "febf::1", "printer.local", "Relay.Internal", "::ffff:10.0.0.1"}) {
        CAPTURE(host);
        CHECK(wire::is_private(host));
    }
    for (const std::string_view host :
         {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "2001:db8::1", "fec0::1", "example.com", "local"}) {
        CAPTURE(host);
        CHECK_FALSE(wire::is_private(host));
    }
}
