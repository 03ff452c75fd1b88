#include <fmt/format.h>

#include "report/doctor_parts.h"

namespace relaybench::report {
namespace {

using result::Diagnosis;
using result::Finding;

constexpr std::size_t kLabel = 10;

std::string labelled(std::string_view label, std::string_view text, const Layout& layout) {
    return text.empty() ? "" : beside(Style::Faint, fmt::format("  {:<{}}", label, kLabel), text, layout);
}

struct Place {
    std::string host;
    std::string port;
};

/// Of a URL that was checked before; a default port is that of its scheme.
Place place_of(std::string_view url) {
    const std::size_t separator = url.find("://");
    const std::string_view scheme = url.substr(0, separator);
    const std::string_view rest = separator == std::string_view::npos ? url : url.substr(separator + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    const std::string usual = scheme == "http" || scheme == "ws" ? "80" : "443";
    return {std::string(has_port ? authority.substr(0, colon) : authority), has_port ? std::string(authority.substr(colon + 1)) : usual};
}

std::string evidence_of(const Diagnosis& diagnosis, result::FindingPlace place, const Layout& layout) {
    const result::CheckResult& check = diagnosis.checks[place.check];
    std::string lines = labelled("Seen by", fmt::format("{}: {}", check.id, check.summary), layout);
    for (const result::Evidence& each : check.evidence)
        lines += labelled("", fmt::format("{}: {}", each.name, each.value), layout);
    return lines;
}

std::string origin_of(const Diagnosis& diagnosis, const Layout& layout) {
    return labelled("When", diagnosis.started_at, layout) +
           labelled("Run", fmt::format("{} of relaybench {}", diagnosis.run_id, diagnosis.tool_version), layout);
}

std::string title(std::string_view text, const Layout& layout) { return layout.palette.paint(Style::Strong, text) + "\n"; }

std::string for_network(const Diagnosis& diagnosis, result::FindingPlace root, const Layout& layout) {
    const Finding& finding = diagnosis.at(root);
    const Place place = place_of(diagnosis.target);
    return title("For your IT department", layout) +
           labelled("Problem", fmt::format("From our network {} cannot be used. {}", diagnosis.target, finding.cause), layout) +
           labelled("Remedy", finding.fix, layout) + labelled("Host", place.host, layout) +
           labelled("Port", fmt::format("{} (TCP, outgoing)", place.port), layout) +
           labelled(
               "Allow",
               "the connection itself; WebSocket upgrades; streams without TLS inspection, content scan or buffering; connections that "
               "are quiet for 120 s",
               layout) +
           evidence_of(diagnosis, root, layout) + labelled("Finding", finding.code, layout) + origin_of(diagnosis, layout);
}

std::string for_relay(const Diagnosis& diagnosis, result::FindingPlace root, const Layout& layout) {
    const Finding& finding = diagnosis.at(root);
    return title("For the relay's support", layout) + labelled("Problem", finding.cause, layout) +
           labelled("Finding", fmt::format("{} ({})", finding.code, result::confidence_id(finding.confidence)), layout) +
           labelled("Target", diagnosis.target, layout) + evidence_of(diagnosis, root, layout) + origin_of(diagnosis, layout);
}

}  // namespace

std::string to_be_forwarded(const Diagnosis& diagnosis, const Layout& layout) {
    const auto root = diagnosis.root_cause();
    if (!root)
        return {};
    switch (diagnosis.at(*root).who) {
        case result::Party::YourNetwork:
            return for_network(diagnosis, *root, layout);
        case result::Party::Relay:
            return for_relay(diagnosis, *root, layout);
        case result::Party::You:
        case result::Party::ClientSoftware:
            break;
    }
    return {};
}

}  // namespace relaybench::report
