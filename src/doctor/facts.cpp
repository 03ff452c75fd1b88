#include "doctor/facts.h"

#include <algorithm>

#include "doctor/socket.h"
#include "doctor/url_text.h"

namespace relaybench::doctor {

namespace {

/// A connection of --slow may take 10 s where others take 3.
constexpr core::Duration kSlowPatience = std::chrono::seconds(7);

/// What a relay's paths begin with: the base URL's whole path, as programs append endpoints to it. The path of a WebSocket is an endpoint by
/// itself, of which only what ends in the version can be the base.
std::string prefix_of(const wire::Url& url) {
    std::string base = without_endpoint(tidy_path(path_of(url)));
    const bool is_endpoint = url.scheme == "ws" || url.scheme == "wss";
    if (!has_version(base)) {
        return base.empty() || is_endpoint ? "/v1" : base;
    }
    for (std::size_t end = base.rfind('/'); is_endpoint && end != std::string::npos && has_version(base.substr(0, end));
         end = base.rfind('/')) {
        base.resize(end);
    }
    return base;
}

}  // namespace

Deadline Facts::within(core::Duration budget) const { return std::min(now() + budget + patience, ends); }

core::Duration Facts::left_of(core::Duration budget) const {
    const core::TimePoint at = now();
    return std::max(std::min(at + budget, ends) - at, core::Duration{0});
}

Facts Facts::another_way() const {
    Facts way;
    way.ends = ends;
    way.patience = patience;
    way.url = url;
    way.prefix = prefix;
    return way;
}

Facts first_facts(const Subject& subject) {
    Facts facts;
    facts.patience = subject.slow ? kSlowPatience : core::Duration{0};
    facts.proxy = subject.proxy;
    if (auto url = wire::parse_url(subject.url)) {
        facts.url = *std::move(url);
        facts.prefix = prefix_of(facts.url);
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
