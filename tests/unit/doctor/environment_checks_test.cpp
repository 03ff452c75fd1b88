#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/calendar.h"
#include "core/clock.h"
#include "doctor/static_checks.h"
#include "doctor/this_host.h"
#include "support/doctor_subject.h"

namespace core = relaybench::core;
namespace doctor = relaybench::doctor;
namespace result = relaybench::result;
namespace test = relaybench::test;

namespace {

using Environment = std::map<std::string, std::string>;

const std::string kCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

doctor::Outcome proxy_check(const Environment& environment, const std::string& url = "https://api.holysheep.ai/v1") {
    return doctor::check_proxy_environment(test::subject_of({.url = url, .environment = environment}));
}

/// "curl Go" for the families that go through a proxy.
std::string proxied(const Environment& environment, const std::string& url = "https://api.holysheep.ai/v1") {
    std::string families;
    for (const auto& route : doctor::client_routes(test::subject_of({.url = url, .environment = environment}))) {
        families += route.is_direct() ? "" : (families.empty() ? "" : " ") + route.family;
    }
    return families;
}

doctor::Outcome clock_check(const std::string& now, std::optional<bool> synchronised) {
    doctor::Subject subject = test::subject_of({});
    subject.wall = core::parse_utc(now).value();
    subject.clock_synchronised = synchronised;
    return doctor::check_local_clock(subject);
}

doctor::Outcome limits_check(const std::string& limits, const std::string& ports) {
    return doctor::check_host_limits(
        test::subject_of({.files = {{"/proc/self/limits", limits}, {"/proc/sys/net/ipv4/ip_local_port_range", ports}}}));
}

}  // namespace

TEST_CASE("proxy: each family of programs decides by its own rules") {
    const std::string proxy = "http://proxy.corp:3128";
    const std::string all = "curl Python requests Go relaybench";
    CHECK(proxied({}).empty());
    CHECK(proxied({{"https_proxy", proxy}}) == all);
    CHECK(proxied({{"HTTPS_PROXY", proxy}}) == all);
    CHECK(proxied({{"https_proxy", proxy}, {"NODE_USE_ENV_PROXY", "1"}}) == "curl Python requests Node.js Go relaybench");
    CHECK(proxied({{"all_proxy", proxy}}) == "curl Python requests relaybench");
    CHECK(proxied({{"http_proxy", proxy}}).empty());
    CHECK(proxied({{"HTTP_PROXY", proxy}}, "http://relay.corp/v1") == "Python requests Go");
    CHECK(proxied({{"http_proxy", proxy}}, "http://127.0.0.1:8080/v1") == "curl Python requests");
}

TEST_CASE("proxy: each family reads no_proxy by its own rules") {
    const auto with = [](const std::string& no_proxy) {
        return proxied({{"https_proxy", "http://proxy.corp:3128"}, {"NODE_USE_ENV_PROXY", "1"}, {"no_proxy", no_proxy}});
    };
    CHECK(with("*").empty());
    CHECK(with("holysheep.ai").empty());
    CHECK(with("intern.corp, .holysheep.ai").empty());
    CHECK(with("*.holysheep.ai") == "curl Python requests");
    CHECK(with("sheep.ai") == "curl Node.js Go relaybench");
    CHECK(with("api.holysheep.ai:443") == "curl Python requests");
    CHECK(with("api.holysheep.ai:8443") == "curl Python requests Node.js Go relaybench");
    CHECK(with("other.example") == "curl Python requests Node.js Go relaybench");
}

TEST_CASE("proxy: what stands between the entries of no_proxy divides programs") {
    const auto with = [](const std::string& no_proxy, const std::string& url) {
        return proxied({{"https_proxy", "http://proxy.corp:3128"}, {"NODE_USE_ENV_PROXY", "1"}, {"no_proxy", no_proxy}}, url);
    };
    const std::string relay = "https://api.holysheep.ai/v1";
    CHECK(with("intern.corp holysheep.ai", relay) == "Python requests Go");
    CHECK(with("intern.corp , holysheep.ai", relay).empty());
    CHECK(with("intern.corp,\tholysheep.ai", relay).empty());
    CHECK(with(".api.holysheep.ai", relay) == "Go");
    CHECK(with("10.0.0.0/8", "https://10.1.2.3/v1") == "Node.js");
    CHECK(with("10.1.2.3:443", "https://10.1.2.3/v1") == "curl Python requests");
}

TEST_CASE("proxy: a variable in lower case that is set to nothing hides the other from some programs") {
    const std::string proxy = "http://proxy.corp:3128";
    CHECK(proxied({{"https_proxy", ""}, {"HTTPS_PROXY", proxy}}) == "curl Go relaybench");
    CHECK(proxied({{"https_proxy", ""}, {"all_proxy", proxy}}) == "curl Python requests relaybench");
    CHECK(proxied({{"no_proxy", ""}, {"NO_PROXY", "holysheep.ai"}, {"HTTPS_PROXY", proxy}, {"NODE_USE_ENV_PROXY", "1"}}) == "Node.js");
    CHECK(proxied({{"http_proxy", proxy}, {"NODE_USE_ENV_PROXY", "1"}}) == "Node.js");
}

TEST_CASE("proxy: nothing set, or all programs the same way, is well") {
    CHECK(proxy_check({}).summary == "no proxy");
    CHECK(test::seen(proxy_check({})) == "pass");
    const auto outcome = proxy_check({{"https_proxy", "http://proxy.corp:3128"}});
    CHECK(test::seen(outcome) == "pass");
    CHECK(outcome.summary == "through http://proxy.corp:3128");
    CHECK(test::evidence(outcome, "Node.js") == "direct: reads no variables unless NODE_USE_ENV_PROXY=1");
    CHECK(test::evidence(outcome, "Go") == "http://proxy.corp:3128 by https_proxy");
    CHECK(proxy_check({{"https_proxy", "http://p:1"}, {"no_proxy", "holysheep.ai"}}).summary ==
          "direct: the host is exempt from the proxy");
}

TEST_CASE("proxy: what is odd about the variables is told") {
    const std::string one = "http://one:3128";
    CHECK(test::seen(proxy_check({{"https_proxy", one}, {"HTTPS_PROXY", "http://two:3128"}})) ==
          "warn proxy.env-conflict proxy.bypass-mismatch");
    CHECK(test::seen(proxy_check({{"https_proxy", one}, {"no_proxy", "*.holysheep.ai"}})) ==
          "warn proxy.no-proxy-wildcard proxy.bypass-mismatch");
    CHECK(test::seen(proxy_check({{"all_proxy", one}})) == "warn proxy.bypass-mismatch");
    CHECK(test::seen(proxy_check({{"https_proxy", "socks5h://one:1080"}})) == "fail proxy.unsupported-kind");
    CHECK(test::seen(proxy_check({{"https_proxy", "https://one:3129"}})) == "fail proxy.unsupported-kind");
    // Only other programs read it: nothing that doctor looks at goes there.
    CHECK(test::seen(proxy_check({{"HTTPS_PROXY", "socks5://one:1080"}, {"https_proxy", one}})) ==
          "warn proxy.unsupported-kind proxy.env-conflict proxy.bypass-mismatch");
    CHECK(test::seen(proxy_check({{"https_proxy", "one"}})) == "fail proxy.env-malformed");
    CHECK(test::seen(proxy_check({{"https_proxy", "http://:3128"}})) == "fail proxy.env-malformed");
    CHECK(proxy_check({{"https_proxy", "http://one"}}).findings.at(0).cause == "https_proxy names no port.");
    CHECK(proxy_check({}, "nonsense").blocked_by == "url.parse");
}

TEST_CASE("proxy: a text that is none says what is wrong with it") {
    const auto cause = [](const std::string& value) { return proxy_check({{"https_proxy", value}}).findings.at(0).cause; };
    CHECK(cause("\"http://proxy:3128\"") == "https_proxy holds quotes, which belong to the value here.");
    CHECK(cause("'http://proxy:3128'") == "https_proxy holds quotes, which belong to the value here.");
    CHECK(cause("http://proxy:3128 ") == "https_proxy holds a blank or a line end.");
    CHECK(cause("http://proxy:3128\r") == "https_proxy holds a blank or a line end.");
    CHECK(cause("http://wpad.corp/wpad.dat").find("names a PAC file") != std::string::npos);
    CHECK(cause("pac+http://proxy.corp:80/rules.PAC?v=1").find("names a PAC file") != std::string::npos);
    CHECK(cause("http://me:50%@proxy:3128") == "https_proxy holds a user or password with a '%' that is not written %25.");
    CHECK(cause("http://proxy:3128/path") == "https_proxy names a path behind the port.");
    CHECK(cause("http://[::1]") == "https_proxy names no port.");
    CHECK(cause("http:///proxy:3128") == "https_proxy names no host.");
}

TEST_CASE("proxy: what only other programs read, or only they cannot read, keeps nobody from going on") {
    const std::string one = "http://one:3128";
    CHECK(test::seen(proxy_check({{"https_proxy", one}, {"HTTPS_PROXY", "nonsense"}})) ==
          "warn proxy.env-malformed proxy.env-conflict proxy.bypass-mismatch");
    const auto hash = proxy_check({{"https_proxy", "http://me:pa#s3cr3t@one:3128"}});
    CHECK(test::seen(hash) == "warn proxy.env-malformed");
    CHECK(hash.findings.at(0).cause.find("write %23") != std::string::npos);
    CHECK(test::all_text(hash).find("s3cr3t") == std::string::npos);
    // The cause stands first, whatever else was found before it.
    CHECK(proxy_check({{"HTTPS_PROXY", "nonsense"}, {"https_proxy", "socks5://one:1080"}}).findings.at(0).code == "proxy.unsupported-kind");
}

TEST_CASE("proxy: a proxy of the system that this process does not know is shown, without its password") {
    const std::map<std::string, std::string> files = {
        {"/etc/environment", "PATH=\"/usr/bin\"\nhttps_proxy=\"http://me:hidden@proxy.corp:3128\"\nno_proxy=localhost\nHTTP_PROXY=\n"}};
    const auto shown = doctor::check_proxy_environment(test::subject_of({.files = files}));
    CHECK(test::seen(shown) == "pass");
    CHECK(test::evidence(shown, "/etc/environment") == "https_proxy is http://…@proxy.corp:3128 there, and not here");
    const Environment same = {{"https_proxy", "http://me:hidden@proxy.corp:3128"}};
    CHECK(test::evidence(doctor::check_proxy_environment(test::subject_of({.environment = same, .files = files})), "/etc/environment") ==
          "(none)");
}

TEST_CASE("proxy: no text holds the proxy's password") {
    for (const char* value :
         {"http://me:s3cr3t@proxy:3128", "http://me:s3cr3t@proxy", "me:s3cr3t@proxy:3128", "socks5://me:s3cr3t@proxy:1080",
          "me:x://s3cr3t@proxy:3128", "me:s3cr3t://x@proxy:3128", "\"http://me:s3cr3t@proxy:3128\"", "http://me:s3cr3t/@proxy:3128",
          "http://me:s3cr3t?@proxy:3128", "http://me:s3cr3t#@proxy:3128", "http://me:s3cr3t@"}) {
        CAPTURE(value);
        const auto outcome = proxy_check({{"https_proxy", value}, {"HTTPS_PROXY", "http://x:s3cr3t@other:1"}, {"ALL_PROXY", value}});
        CHECK(test::all_text(outcome).find("s3cr3t") == std::string::npos);
    }
}

TEST_CASE("certificates: unset or readable is well, and the home folder is not named") {
    CHECK(test::seen(doctor::check_ca_environment(test::subject_of({}))) == "pass");
    const std::string path = "/home/" + std::string("me/ca.pem");
    const Environment all = {{"SSL_CERT_FILE", path},
                             {"NODE_EXTRA_CA_CERTS", path},
                             {"REQUESTS_CA_BUNDLE", path},
                             {"CURL_CA_BUNDLE", path},
                             {"HOME", path.substr(0, path.rfind('/'))}};
    const auto outcome =
        doctor::check_ca_environment(test::subject_of({.environment = all, .files = {{path, kCertificate + kCertificate}}}));
    CHECK(test::seen(outcome) == "pass");
    CHECK(test::evidence(outcome, "SSL_CERT_FILE") == "~/ca.pem, 2 certificates");
}

TEST_CASE("certificates: a file that is missing, empty or holds none fails; a variable for some programs only warns") {
    const auto check = [](const std::map<std::string, std::string>& files) {
        return doctor::check_ca_environment(test::subject_of({.environment = {{"SSL_CERT_FILE", "/ca.pem"}}, .files = files}));
    };
    CHECK(check({}).findings.at(0).cause == "SSL_CERT_FILE names /ca.pem, which cannot be read.");
    CHECK(test::seen(check({{"/ca.pem", ""}})) == "fail env.ca-file-missing");
    CHECK(test::seen(check({{"/ca.pem", "hello"}})) == "fail env.ca-file-missing");
    CHECK(test::seen(check({{"/ca.pem", kCertificate}})) == "warn env.ca-partial");
    const std::string system = "/etc/ssl/certs/ca-certificates.crt";
    CHECK(test::seen(doctor::check_ca_environment(
              test::subject_of({.environment = {{"SSL_CERT_FILE", system}}, .files = {{system, kCertificate}}}))) == "pass");
}

TEST_CASE("clock: years off fails, not kept by NTP warns, and what is not known is not called right") {
    CHECK(test::seen(clock_check("2027-01-01T00:00:00Z", true)) == "pass");
    CHECK(test::seen(clock_check("2027-01-01T00:00:00Z", std::nullopt)) == "pass");
    CHECK(test::seen(clock_check("2027-01-01T00:00:00Z", false)) == "warn clock.unsynced");
    CHECK(test::seen(clock_check("1970-01-02T00:00:00Z", true)) == "fail clock.implausible");
    CHECK(test::seen(clock_check("2099-01-01T00:00:00Z", std::nullopt)) == "fail clock.implausible");
    CHECK(test::seen(doctor::check_local_clock(test::subject_of({}))) == "inconclusive");
}

TEST_CASE("host: few descriptors and few ports are warnings") {
    const auto limits = [](const std::string& soft) {
        return "Limit                     Soft Limit           Hard Limit           Units\n"
               "Max open files            " +
               soft + "                 1048576              files\n";
    };
    CHECK(limits_check(limits("1024"), "32768\t60999\n").summary == "1024 descriptors, 28232 local ports");
    CHECK(test::seen(limits_check(limits("1024"), "32768\t60999\n")) == "pass");
    CHECK(test::seen(limits_check(limits("256"), "32768\t60999\n")) == "warn host.descriptors-low");
    CHECK(test::seen(limits_check(limits("1024"), "40000\t41000\n")) == "warn host.ports-few");
    CHECK(test::seen(limits_check(limits("unlimited"), "1024\t65535\n")) == "pass");
    CHECK(test::seen(doctor::check_host_limits(test::subject_of({}))) == "inconclusive");
}

TEST_CASE("this host: files, calendar and the state of the clock are read, the environment is left alone") {
    doctor::Subject subject;
    const core::ManualClock clock;
    doctor::look_at_this_host(subject, clock);
    CHECK(subject.wall == clock.wall_now());
    CHECK(subject.read_file(std::string(RELAYBENCH_SOURCE_DIR) + "/CMakeLists.txt"));
    CHECK_FALSE(subject.read_file(RELAYBENCH_SOURCE_DIR));
    CHECK_FALSE(subject.environment);
    CHECK(doctor::check_host_limits(subject).status != result::CheckStatus::Fail);
}

TEST_CASE("environment: only the proxy is required, and each check has its own category") {
    std::string text;
    for (const doctor::Check& check : doctor::environment_checks()) {
        text += std::string(check.category) + (check.weight == doctor::Check::Weight::Required ? "! " : " ");
    }
    CHECK(text == "proxy! env clock host ");
}

TEST_CASE("proxy: who said which way to take is not warned of variables that are not obeyed") {
    doctor::Subject subject = test::subject_of(
        {.environment = {{"https_proxy", "http://one:3128"}, {"HTTPS_PROXY", "socks5://two:1"}, {"no_proxy", "*.holysheep.ai"}}});
    CHECK(test::seen(doctor::check_proxy_environment(subject)) != "pass");
    subject.proxy_from = doctor::Subject::ProxyFrom::Named;
    const auto direct = doctor::check_proxy_environment(subject);
    CHECK(test::seen(direct) == "pass");
    CHECK(direct.summary.find("direct, as was asked") != std::string::npos);
    CHECK(test::evidence(direct, "Go") != "(none)");
    subject.proxy = relaybench::wire::parse_proxy("http://three:3128").value();
    CHECK(doctor::check_proxy_environment(subject).summary.find("through http://three:3128") != std::string::npos);
}
