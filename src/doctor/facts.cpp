#include "doctor/facts.h"

#include <algorithm>

#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

/// The version prefix that a relay's paths share: what stands before the endpoint.
std::string prefix_of(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    const std::size_t version = path.find("/v1");
    return version == std::string_view::npos ? std::string("/v1") : std::string(path.substr(0, version + 3));
}

}  // namespace

Deadline Facts::within(core::Duration budget) const { return std::min(now() + budget, ends); }

core::Duration Facts::left_of(core::Duration budget) const {
    const core::TimePoint at = now();
    return std::max(std::min(at + budget, ends) - at, core::Duration{0});
}

Facts first_facts(const Subject& subject) {
    Facts facts;
    facts.proxy = subject.proxy;
    if (auto url = wire::parse_url(subject.url)) {
        facts.url = *std::move(url);
        facts.prefix = prefix_of(facts.url.target);
        facts.url.scheme = facts.url.secure() ? "https" : "http";
        facts.url.target.clear();
    }
    return facts;
}

}  // namespace relaybench::doctor
