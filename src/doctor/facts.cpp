#include "doctor/facts.h"

#include "core/text.h"

namespace relaybench::doctor {

namespace {

/// A connection of --slow may take 10 s where others take 3.
constexpr core::Duration kSlowPatience = std::chrono::seconds(7);

/// The version prefix that a relay's paths share: what stands before the endpoint.
std::string prefix_of(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    const std::size_t version = path.find("/v1");
    return version == std::string_view::npos ? std::string("/v1") : std::string(path.substr(0, version + 3));
}

}  // namespace

Facts first_facts(const Subject& subject) {
    Facts facts;
    facts.patience = subject.slow ? kSlowPatience : core::Duration{0};
    facts.proxy = subject.proxy;
    if (auto url = wire::parse_url(subject.url)) {
        facts.url = *std::move(url);
        facts.prefix = prefix_of(facts.url.target);
        facts.url.scheme = facts.url.secure() ? "https" : "http";
        facts.url.target.clear();
    }
    return facts;
}

Outcome noted(Facts& facts, std::string_view check, Outcome outcome) {
    // What does not apply may end beside a check that does, and must not write.
    if (outcome.status == result::CheckStatus::Fail && !outcome.findings.empty()) {
        facts.stuck = Stuck{.check = std::string(check), .code = outcome.findings.front().code};
    } else if (outcome.status != result::CheckStatus::Skip && facts.stuck && facts.stuck->check == check) {
        facts.stuck.reset();
    }
    return outcome;
}

}  // namespace relaybench::doctor
