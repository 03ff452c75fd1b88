#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/static_checks.h"

namespace relaybench::doctor {
namespace {

using result::CheckStatus;
using result::Confidence;

std::optional<std::string> variable(const Subject& subject, std::string_view name) {
    const auto value = subject.environment ? subject.environment(std::string(name)) : std::nullopt;
    return value && !value->empty() ? value : std::nullopt;
}

/// The home folder names the user.
std::string shown_path(const Subject& subject, const std::string& path) {
    constexpr std::size_t kMaxShown = 160;
    const auto home = variable(subject, "HOME");
    const bool inside = home && home->size() > 1 && path.starts_with(*home);
    return core::printable(inside ? "~" + path.substr(home->size()) : path, kMaxShown);
}

struct CaVariable {
    std::string_view name;
    std::string_view readers;
};
constexpr std::array kCaVariables = {CaVariable{"SSL_CERT_FILE", "OpenSSL, Go and Python's httpx"},
                                     CaVariable{"NODE_EXTRA_CA_CERTS", "Node.js"}, CaVariable{"REQUESTS_CA_BUNDLE", "Python requests"},
                                     CaVariable{"CURL_CA_BUNDLE", "curl"}};

std::size_t certificates_in(std::string_view text) {
    constexpr std::string_view kBegins = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view kTrusted = "-----BEGIN TRUSTED CERTIFICATE-----";
    std::size_t count = 0;
    for (const std::string_view line : core::split(text, '\n')) {
        count += core::trimmed(line) == kBegins || core::trimmed(line) == kTrusted ? 1 : 0;
    }
    return count;
}

/// What is wrong with a file of certificates; empty when nothing is. `count` is set to how many it holds.
std::string certificate_fault(const Subject& subject, const std::string& path, std::size_t& count) {
    const auto text = subject.read_file(path);
    if (!text) {
        return "cannot be read";
    }
    count = certificates_in(*text);
    if (text->empty()) {
        return "is empty";
    }
    return count == 0 ? "holds no certificate in PEM" : "";
}

void judge_ca_file(const Subject& subject, std::string_view name, const std::string& path, Outcome& outcome) {
    std::size_t count = 0;
    const std::string fault = certificate_fault(subject, path, count);
    const std::string shown = shown_path(subject, path);
    outcome.with(std::string(name), fault.empty() ? fmt::format("{}, {} certificate{}", shown, count, count == 1 ? "" : "s")
                                                  : fmt::format("{} {}", shown, fault));
    if (!fault.empty()) {
        outcome.status = CheckStatus::Fail;
        outcome.findings.push_back(found("env.ca-file-missing", Confidence::Proven,
                                         fmt::format("{} names {}, which {}.", name, shown, fault),
                                         name.starts_with('-') ? std::vector<std::string>{} : std::vector{fmt::format("unset {}", name)}));
    }
}

/// Where the system keeps the public authorities: a variable that leads there changes nothing that other programs would miss.
bool is_of_system(std::string_view path) {
    return path.starts_with("/etc/ssl/") || path.starts_with("/etc/pki/") || path.starts_with("/usr/");
}

/// The readers of the variables that are not set, when some lead to certificates of one's own.
std::string left_out(const Subject& subject) {
    std::string missing;
    std::size_t set = 0;
    for (const CaVariable& each : kCaVariables) {
        if (const auto path = variable(subject, each.name)) {
            set += is_of_system(*path) ? 0 : 1;
        } else {
            missing += (missing.empty() ? "" : "; ") + fmt::format("{} ({})", each.readers, each.name);
        }
    }
    return set == 0 ? "" : missing;
}

bool is_year_plausible(core::WallTime wall) {
    // Not before this was written, nor so late that certificates of today are over.
    constexpr std::chrono::year kFirst{2026};
    constexpr std::chrono::year kLast{2046};
    const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(wall)).year();
    return year >= kFirst && year <= kLast;
}

std::optional<std::uint64_t> number(std::string_view word) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc{} && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

/// The numbers of a line, words left out.
std::vector<std::uint64_t> numbers_in(std::string line) {
    std::ranges::replace(line, '\t', ' ');
    std::vector<std::uint64_t> numbers;
    for (const std::string_view word : core::split(core::trimmed(line), ' ')) {
        if (const auto value = number(word)) {
            numbers.push_back(*value);
        }
    }
    return numbers;
}

/// The soft limit of open files, which is what programs get that do not raise it (proc(5): /proc/self/limits).
std::optional<std::uint64_t> descriptor_limit(const Subject& subject) {
    const auto text = subject.read_file("/proc/self/limits");
    for (const std::string_view line : core::split(text ? std::string_view(*text) : "", '\n')) {
        if (line.starts_with("Max open files")) {
            const auto numbers = numbers_in(std::string(line));
            return numbers.empty() ? std::nullopt : std::optional(numbers.front());
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> local_ports(const Subject& subject) {
    const auto text = subject.read_file("/proc/sys/net/ipv4/ip_local_port_range");
    const auto range = text ? numbers_in(*text) : std::vector<std::uint64_t>{};
    const bool holds = range.size() == 2 && range[0] <= range[1];
    return holds ? std::optional(range[1] - range[0] + 1) : std::nullopt;
}

Outcome cannot_read() { return Outcome::inconclusive("not known", "a system whose files can be read"); }

void warn(Outcome& outcome, result::Finding finding) {
    outcome.status = CheckStatus::Warn;
    outcome.findings.push_back(std::move(finding));
}

}  // namespace

Outcome check_ca_environment(const Subject& subject) {
    if (!subject.read_file) {
        return cannot_read();
    }
    Outcome outcome = Outcome::pass("no own certificates are set");
    if (!subject.ca_file.empty()) {
        judge_ca_file(subject, "--cacert", subject.ca_file, outcome);
    }
    for (const CaVariable& each : kCaVariables) {
        if (const auto path = variable(subject, each.name)) {
            judge_ca_file(subject, each.name, *path, outcome);
        }
    }
    if (const auto folder = variable(subject, "SSL_CERT_DIR")) {
        outcome.with("SSL_CERT_DIR", shown_path(subject, *folder));
    }
    outcome.summary = outcome.evidence.empty() ? outcome.summary : "own certificates are set";
    if (const std::string missing = left_out(subject); outcome.status == CheckStatus::Pass && !missing.empty()) {
        warn(outcome, found("env.ca-partial", Confidence::Proven, fmt::format("Own certificates are not set for {}.", missing)));
    }
    return outcome;
}

Outcome check_local_clock(const Subject& subject) {
    if (!subject.wall) {
        return Outcome::inconclusive("not known", "the calendar of this machine");
    }
    const std::string now = core::utc_text(*subject.wall);
    if (!is_year_plausible(*subject.wall)) {
        return Outcome::fail(now, found("clock.implausible", Confidence::Proven, fmt::format("This machine believes that it is {}.", now),
                                        {"timedatectl set-ntp true"}));
    }
    if (subject.clock_synchronised == false) {
        return Outcome::warn(now + ", not kept by NTP",
                             found("clock.unsynced", Confidence::Proven, fmt::format("It is {} here, and nothing keeps that right.", now),
                                   {"timedatectl set-ntp true"}));
    }
    return Outcome::pass(now + (subject.clock_synchronised ? ", kept by NTP" : ""));
}

Outcome check_host_limits(const Subject& subject) {
    constexpr std::uint64_t kFewDescriptors = 1024;  // what Linux gives by default is enough for some hundred streams
    constexpr std::uint64_t kFewPorts = 10'000;
    const auto descriptors = subject.read_file ? descriptor_limit(subject) : std::nullopt;
    const auto ports = subject.read_file ? local_ports(subject) : std::nullopt;
    if (!descriptors && !ports) {
        return cannot_read();
    }
    const auto shown = [](std::optional<std::uint64_t> count) { return count ? fmt::format("{}", *count) : std::string("unknown"); };
    Outcome outcome = Outcome::pass(fmt::format("{} descriptors, {} local ports", shown(descriptors), shown(ports)));
    if (descriptors && *descriptors < kFewDescriptors) {
        warn(outcome, found("host.descriptors-low", Confidence::Proven,
                            fmt::format("A program may have {} files and connections open.", *descriptors), {"ulimit -n 65536"}));
    }
    if (ports && *ports < kFewPorts) {
        warn(outcome,
             found("host.ports-few", Confidence::Proven, fmt::format("{} local ports are given out to outgoing connections.", *ports),
                   {"sysctl -w net.ipv4.ip_local_port_range='1024 65535'"}));
    }
    return outcome;
}

std::vector<Check> environment_checks() {
    using Weight = Check::Weight;
    const auto entry = [](std::string_view id, std::string_view question, Weight weight, Outcome (*run)(const Subject&)) {
        return Check{.id = id,
                     .category = id.substr(0, id.find('.')),
                     .question = question,
                     .needs = id == "proxy.env" ? std::vector<std::string_view>{"url.parse"} : std::vector<std::string_view>{},
                     .kind = Check::Kind::Static,
                     .weight = weight,
                     .run = [run](const Subject& subject, Facts&) { return run(subject); }};
    };
    return {entry("proxy.env", "Do all programs here reach the relay the same way?", Weight::Required, check_proxy_environment),
            entry("env.ca", "Can the certificates that variables name be read?", Weight::Optional, check_ca_environment),
            entry("clock.local", "Is the clock plausible, and kept right?", Weight::Optional, check_local_clock),
            entry("host.limits", "May many connections be opened?", Weight::Optional, check_host_limits)};
}

}  // namespace relaybench::doctor
