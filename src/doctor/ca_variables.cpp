#include "doctor/ca_variables.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "doctor/certificates.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

struct OwnAuthorities {
    std::string_view variable;
    std::string_view readers;
};
/// NODE_EXTRA_CA_CERTS adds to what is built in, and SSL_CERT_FILE is what this machine's own store is made of.
constexpr std::array kInPlaceOfAll = {OwnAuthorities{"REQUESTS_CA_BUNDLE", "Python requests"}, OwnAuthorities{"CURL_CA_BUNDLE", "curl"}};

bool is_refused_by(const std::string& path, const Facts& facts, core::WallTime at) {
    const auto store = store_of_file(path);
    return store && !judge_chain(facts.chain, **store, facts.url.host, at).good();
}

}  // namespace

std::vector<result::Finding> programs_that_refuse(const Subject& subject, const Facts& facts, core::WallTime at) {
    std::vector<result::Finding> findings;
    for (const OwnAuthorities& each : kInPlaceOfAll) {
        const auto path = subject.environment ? subject.environment(std::string(each.variable)) : std::nullopt;
        if (path && !path->empty() && is_refused_by(*path, facts, at)) {
            findings.push_back(found("env.ca-lacks-authority", result::Confidence::Proven,
                                     fmt::format("{} names authorities of which none vouches for {}: {} refuses it.", each.variable,
                                                 facts.url.host, each.readers),
                                     {fmt::format("unset {}", each.variable)}));
        }
    }
    return findings;
}

}  // namespace relaybench::doctor
