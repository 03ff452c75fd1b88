#include "doctor/finding_codes.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/file.h"
#include "doctor/codes_markdown.h"
#include "doctor/examination.h"
#include "wire/models.h"

namespace core = relaybench::core;
namespace doctor = relaybench::doctor;
namespace result = relaybench::result;
namespace wire = relaybench::wire;

namespace {

constexpr std::size_t kMaxBytes = 1U << 20U;
const std::filesystem::path kDocument = std::filesystem::path(RELAYBENCH_SOURCE_DIR) / "docs/doctor.md";

std::string category_of(std::string_view code) { return std::string(code.substr(0, code.find('.'))); }

}  // namespace

TEST_CASE("finding codes: each stands once, is well formed and says everything") {
    const std::regex form("[a-z0-9]+\\.[a-z0-9]+(-[a-z0-9]+)*");
    std::set<std::string_view> codes;
    for (const doctor::FindingCode& code : doctor::finding_codes()) {
        CAPTURE(code.code);
        CHECK(codes.insert(code.code).second);
        CHECK(std::regex_match(std::string(code.code), form));
        CHECK_FALSE(code.title.empty());
        CHECK_FALSE(code.title.ends_with('.'));
        CHECK(code.meaning.ends_with('.'));
        CHECK(code.fix.ends_with('.'));
    }
}

TEST_CASE("finding codes: sorted by category, in the order of the catalogue") {
    std::vector<std::string> categories;
    for (const doctor::FindingCode& code : doctor::finding_codes()) {
        if (categories.empty() || categories.back() != category_of(code.code)) {
            categories.push_back(category_of(code.code));
        }
    }
    CHECK(categories == std::vector<std::string>{"key", "url",  "proxy", "env",  "clock", "host",  "dns", "tcp", "net",  "ipv6",
                                                 "tls", "http", "relay", "auth", "rate",  "model", "sse", "ws",  "idle", "cors"});
}

TEST_CASE("finding codes: those of the catalogue's plan are there") {
    for (const char* code : {"key.missing",
                             "key.shadowed",
                             "key.whitespace",
                             "key.invisible-char",
                             "key.quoted",
                             "key.wrong-provider",
                             "key.placeholder",
                             "key.unexpanded-variable",
                             "key.masked-copy",
                             "key.bearer-prefix",
                             "key.truncated",
                             "url.malformed",
                             "url.insecure-scheme",
                             "url.scheme-swapped",
                             "url.missing-v1",
                             "url.double-v1",
                             "url.endpoint-in-base",
                             "url.wrong-host",
                             "url.other-provider",
                             "proxy.env-conflict",
                             "proxy.no-proxy-wildcard",
                             "proxy.bypass-mismatch",
                             "env.ca-file-missing",
                             "clock.unsynced",
                             "clock.skewed",
                             "host.descriptors-low",
                             "host.ports-few",
                             "dns.slow",
                             "dns.nxdomain",
                             "dns.servfail",
                             "dns.refused",
                             "dns.timeout",
                             "dns.aaaa-dropped",
                             "dns.one-resolver-dead",
                             "dns.sinkhole",
                             "dns.hosts-override",
                             "dns.wildcard-hijack",
                             "tcp.refused",
                             "tcp.timeout-dropped",
                             "tcp.admin-prohibited",
                             "tcp.no-route",
                             "tcp.host-down",
                             "tcp.only-443",
                             "tcp.only-80",
                             "net.offline",
                             "net.captive-portal",
                             "net.mtu-blackhole-down",
                             "net.mtu-blackhole-up",
                             "net.waf-block",
                             "net.absolute-cap",
                             "net.flaky",
                             "ipv6.broken-fallback",
                             "proxy.unresolvable",
                             "proxy.refused",
                             "proxy.timeout",
                             "proxy.auth-required",
                             "proxy.auth-rejected",
                             "proxy.policy-denied",
                             "proxy.not-a-proxy",
                             "proxy.upstream-fail",
                             "proxy.closed",
                             "proxy.unneeded",
                             "proxy.required",
                             "tls.reset-after-clienthello",
                             "tls.sni-drop",
                             "tls.server-silent",
                             "tls.plain-http",
                             "tls.version-blocked",
                             "tls.sni-unknown",
                             "tls.intercepted-trusted",
                             "tls.intercepted-untrusted",
                             "tls.self-signed",
                             "tls.missing-intermediate",
                             "tls.wrong-host",
                             "tls.expired",
                             "tls.not-yet-valid",
                             "tls.local-store-broken",
                             "http.not-relay",
                             "http.redirected",
                             "http.intermediary",
                             "http.body-limit",
                             "http.no-keepalive",
                             "http.no-h2",
                             "relay.down",
                             "auth.invalid-key",
                             "auth.forbidden",
                             "auth.quota",
                             "auth.dropped-by-redirect",
                             "rate.limited-by-relay",
                             "rate.limited-by-proxy",
                             "model.unknown",
                             "model.deprecated",
                             "model.not-entitled",
                             "sse.not-a-stream",
                             "sse.coalesced",
                             "sse.buffered-chunks",
                             "sse.buffered-full",
                             "sse.compression-buffered",
                             "sse.get-buffered",
                             "sse.proxy-buffered",
                             "sse.buffer-threshold",
                             "sse.truncated",
                             "ws.upgrade-stripped",
                             "ws.answered-by-web-page",
                             "ws.redirect",
                             "ws.auth",
                             "ws.policy-denied",
                             "ws.gateway",
                             "ws.broken-101",
                             "ws.h2-mismatch",
                             "ws.frame-blocked",
                             "ws.one-way",
                             "ws.buffered",
                             "ws.ping-swallowed",
                             "ws.close-not-echoed",
                             "ws.origin-rejected",
                             "ws.rfc8441-available",
                             "idle.proxy-timer",
                             "idle.nat-silent-drop",
                             "idle.l4-reset",
                             "idle.keepalive-swallowed",
                             "idle.relay-closed",
                             "cors.options-needs-auth",
                             "cors.blocked-by-proxy",
                             "cors.origin-not-allowed",
                             "cors.header-not-allowed"}) {
        CAPTURE(code);
        CHECK(doctor::finding_code(code) != nullptr);
    }
    CHECK(doctor::finding_code("key.unheard-of") == nullptr);
}

TEST_CASE("finding codes: each is raised by a check") {
    std::string sources;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(RELAYBENCH_SOURCE_DIR) / "src/doctor")) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".cpp") && !name.starts_with("codes_")) {
            sources += core::read_file(entry.path(), kMaxBytes).value();
        }
    }
    for (const doctor::FindingCode& code : doctor::finding_codes()) {
        CAPTURE(code.code);
        CHECK(sources.find(fmt::format("\"{}\"", code.code)) != std::string::npos);
    }
}

TEST_CASE("finding codes: a finding takes party and fix from its code") {
    const result::Finding finding = doctor::found("dns.timeout", result::Confidence::Likely, "Nobody answered.", {"resolvectl status"});
    CHECK(finding.code == "dns.timeout");
    CHECK(finding.confidence == result::Confidence::Likely);
    CHECK(finding.who == result::Party::YourNetwork);
    CHECK(finding.fix == doctor::finding_code("dns.timeout")->fix);
    CHECK(finding.cause == "Nobody answered.");
    CHECK(finding.commands == std::vector<std::string>{"resolvectl status"});
}

TEST_CASE("docs: docs/doctor.md explains every code with the words of the table (RELAYBENCH_REGENERATE=1 writes it anew)") {
    const auto document = core::read_file(kDocument, kMaxBytes);
    REQUIRE(document);
    const std::size_t mark = document->find(doctor::kGeneratedMark);
    REQUIRE(mark != std::string::npos);
    const std::string expected = document->substr(0, mark) + std::string(doctor::kGeneratedMark) + doctor::codes_markdown();
    if (std::getenv("RELAYBENCH_REGENERATE") != nullptr) {
        REQUIRE(core::write_file_atomically(kDocument, expected));
        return;
    }
    CHECK(*document == expected);
}

TEST_CASE("relay profile: the models are those of the guides, and each deprecated one is replaced by a listed one") {
    const auto profile = doctor::guide_profile("api.holysheep.ai");
    CHECK(std::ranges::equal(profile.models, wire::guide_models()));
    CHECK(profile.deprecated_models.size() == wire::deprecated_models().size());
    for (const auto& replaced : profile.deprecated_models) {
        CAPTURE(replaced.old_name);
        CHECK(std::ranges::find(wire::deprecated_models(), replaced.old_name) != wire::deprecated_models().end());
        CHECK(std::ranges::find(profile.models, replaced.use) != profile.models.end());
    }
}

TEST_CASE("relay profile: a private host is not expected to have a public certificate and address") {
    CHECK(doctor::guide_profile("relay.example.org").expects_public_roots);
    CHECK(doctor::guide_profile("relay.example.org").expects_public_address);
    for (const char* host : {"localhost", "127.0.0.1", "10.1.2.3", "relay.internal"}) {
        CHECK_FALSE(doctor::guide_profile(host).expects_public_roots);
        CHECK_FALSE(doctor::guide_profile(host).expects_public_address);
    }
}
