#include "doctor/masking.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace doctor = relaybench::doctor;

namespace {

doctor::Masking masking() {
    return doctor::Masking({.users = {"jdoe", "root", ""},
                            .home = "/home/" + std::string("jdoe"),
                            .hosts = {"Laptop-17", "proxy.example.com", "proxy", ""},
                            .domains = {"office.example.com"}});
}

}  // namespace

TEST_CASE("masking: people and internal machines get numbers, the same one each time") {
    doctor::Masking mask = masking();
    CHECK(mask.masked("jdoe on laptop-17") == "user-1 on host-1");
    CHECK(mask.masked("http://proxy.example.com:3128, then db.corp and DB.CORP.") == "http://host-2:3128, then host-3 and host-3.");
    CHECK(mask.masked("git.office.example.com:443") == "host-4:443");
    CHECK(mask.masked("file " + std::string("/home/") + "jdoe/key.txt") == "file ~/key.txt");
    CHECK(mask.masked("LAPTOP-17") == "host-1");
}

TEST_CASE("masking: private addresses become their class, public ones and loopback stay") {
    doctor::Masking mask = masking();
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"10.1.2.3:443", "10.x.x.x:443"},
        {"172.20.0.1", "172.20.x.x"},
        {"192.168.1.7 in 2 ms", "192.168.x.x in 2 ms"},
        {"169.254.1.1", "169.254.x.x"},
        {"100.64.3.4", "100.64.x.x"},
        {"[fd00:1::2]:443", "[fdxx::x]:443"},
        {"fe80::1", "fe80::x"},
        {"[::ffff:10.1.2.3]:443", "[::ffff:10.x.x.x]:443"},
        {"::FFFF:c0a8:0107", "::ffff:192.168.x.x"},
        {"0:0:0:0:0:ffff:172.20.0.1", "::ffff:172.20.x.x"},
        {"::ffff:203.0.113.7", "::ffff:203.0.113.7"},
        {"203.0.113.7", "203.0.113.7"},
        {"127.0.0.1", "127.0.0.1"},
        {"172.32.0.1", "172.32.0.1"},
        {"::1", "::1"},
        {"2001:db8::7.", "2001:db8::7."},
        {"10.0.0.0/8", "10.x.x.x/8"},
    };
    for (const auto& [text, shown] : cases) {
        CHECK(mask.masked(text) == shown);
    }
}

TEST_CASE("masking: what belongs to everybody stays: common names, checks, public hosts, words that hold a name") {
    doctor::Masking mask = masking();
    for (const char* text : {"root cause", "the proxy refuses", "clock.local", "relay.example.org", "jdoes", "HTTP/1.1 200 OK; a:b:c",
                             "12:30:45", "tls.verify: issued by R11, 90 days", "…", ""}) {
        CHECK(mask.masked(text) == text);
    }
}
