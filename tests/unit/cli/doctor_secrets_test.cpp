#include <string>

#include <doctest/doctest.h>

#include "cli/doctor_round.h"
#include "core/secret_shapes.h"
#include "wire/proxy.h"

namespace cli = relaybench::cli;
namespace core = relaybench::core;
namespace doctor = relaybench::doctor;

TEST_CASE("doctor's secrets: users and passwords of every proxy variable, as they are written there") {
    for (const std::string variable : {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
        for (const std::string password : {"secret-pass", "12?secret-pass", "12/secret#pass", "p@ss-word\"x", "a secret pass"}) {
            doctor::Subject subject;
            subject.environment = [&](const std::string& name) {
                return name == variable ? std::optional("http://me:" + password + "@proxy.example:3128") : std::nullopt;
            };
            const auto secrets = cli::secrets_of(subject);
            CAPTURE(password);
            const std::string url = core::scrub("a http://me:" + password + "@proxy.example:3128 b", secrets);
            CHECK(url.starts_with("a http://…"));
            CHECK(url.ends_with("@proxy.example:3128 b"));
            CHECK(url.find(password.substr(0, password.size() - 2)) == std::string::npos);
            CHECK(core::scrub("by " + password, secrets).find(password.substr(0, password.size() - 2)) == std::string::npos);
        }
    }
}

TEST_CASE("doctor's secrets: a proxy without a login has none, and the one that is used counts in its base64 too") {
    doctor::Subject subject;
    subject.environment = [](const std::string& name) {
        return name == "https_proxy" ? std::optional(std::string("http://proxy.example:3128")) : std::nullopt;
    };
    CHECK(core::scrub("http://proxy.example:3128", cli::secrets_of(subject)) == "http://proxy.example:3128");
    subject.proxy = *relaybench::wire::parse_proxy("http://me:secret-pass@proxy.example:3128");
    const auto secrets = cli::secrets_of(subject);
    const std::string header = relaybench::wire::basic_authorization(subject.proxy->credentials);
    CHECK(core::scrub("sent " + header, secrets).find(header.substr(header.find(' ') + 1)) == std::string::npos);
    CHECK(core::scrub("sent " + header.substr(0, header.size() - 4) + "…", secrets).find(header.substr(6, 12)) == std::string::npos);
    CHECK(core::scrub("it wants Basic …", secrets) == "it wants Basic …");
}
