#include "doctor/this_network.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace test = relaybench::test;

TEST_CASE("network: an address becomes the class that it is of") {
    for (const auto& [address, name] :
         {std::pair{"10.1.2.3", "private"}, std::pair{"172.16.0.1", "private"}, std::pair{"172.32.0.1", "public"},
          std::pair{"192.168.255.1", "private"}, std::pair{"100.64.0.1", "shared"}, std::pair{"100.128.0.1", "public"},
          std::pair{"169.254.1.1", "link-local"}, std::pair{"127.0.0.1", "loopback"}, std::pair{"203.0.113.9", "public"},
          std::pair{"::1", "loopback"}, std::pair{"fe80::1", "link-local"}, std::pair{"fd12::1", "unique-local"},
          std::pair{"2001:db8::1", "public"}, std::pair{"", "none"}, std::pair{"host", "none"}}) {
        const std::string shown(address);
        CAPTURE(shown);
        CHECK(doctor::class_of_address(address) == name);
    }
}

TEST_CASE("network: a fingerprint holds a class and numbers, and nothing that names anybody") {
    doctor::Subject subject =
        test::subject_of({.files = {{"/etc/resolv.conf", "nameserver 10.9.8.7\nnameserver 10.9.8.8\nsearch office.corp\n"}}});
    subject.proxy = relaybench::wire::Proxy{.host = "proxy.office.corp", .port = 3128, .credentials = {}};
    const auto network = doctor::network_fingerprint(subject);
    CHECK(network.resolvers == 2);
    CHECK(network.proxy_used);
    const std::set<std::string> classes = {"public", "private", "shared", "link-local", "unique-local", "loopback", "none"};
    CHECK(classes.contains(network.local_ip_class));
    CHECK((network.local_ip_class == "none") != network.default_mtu.has_value());
}
