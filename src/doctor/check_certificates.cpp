#include "doctor/check_certificates.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/text.h"
#include "doctor/certificates.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr auto kExpiryWarning = std::chrono::hours(24 * 14);
constexpr std::size_t kShownBytes = 120;

std::optional<result::Finding> wrong_date(const Facts& facts, const ChainVerdict& verdict) {
    // Without the peer's own date this machine's clock could be what is wrong.
    const Confidence confidence = facts.clock_ahead ? Confidence::Proven : Confidence::Likely;
    for (const auto& problem : verdict.problems) {
        const bool has_expired = problem.code == X509_V_ERR_CERT_HAS_EXPIRED;
        if (has_expired || problem.code == X509_V_ERR_CERT_NOT_YET_VALID) {
            const std::string which =
                problem.depth == 0 ? "The certificate" : fmt::format("An authority (certificate {} of the chain)", problem.depth);
            return has_expired ? found("tls.expired", confidence, fmt::format("{} of {} has expired.", which, facts.url.host))
                               : found("tls.not-yet-valid", confidence, fmt::format("{} of {} is not valid yet.", which, facts.url.host));
        }
    }
    return std::nullopt;
}

/// What was seen before TLS and explains that somebody else's certificate comes.
std::optional<result::Finding> somebody_else(const Facts& facts) {
    if (facts.portal) {
        return found(
            "net.captive-portal", Confidence::Likely,
            fmt::format("Plain HTTP to the relay is answered by somebody else, who sends browsers to {}, and so is TLS.", *facts.portal));
    }
    return facts.misled;
}

bool is_of_unknown_issuer(const ChainVerdict& verdict) {
    return verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) ||
           verdict.has(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE) || verdict.has(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
}

result::Finding wrong_host(const Facts& facts, const CertificateFacts& leaf) {
    const std::string& name = leaf.names.empty() ? leaf.subject : leaf.names.front();
    return found("tls.wrong-host", Confidence::Proven,
                 fmt::format("The certificate is for {}, not for {}.", core::printable(name, kShownBytes), facts.url.host));
}

result::Finding unknown_issuer(const Subject& subject, const Facts& facts, const CertificateFacts& leaf, const ChainVerdict& verdict) {
    const std::string issuer = core::printable(leaf.issuer_name, kShownBytes);
    const bool came_alone = facts.chain.size() == 1 && !verdict.has(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    // Every public authority says in its certificates where its own is; one that was made for an inspecting proxy seldom does.
    const bool of_expected_kind = leaf.names_issuer_url || !subject.ca_file.empty() || !subject.profile.expects_public_roots;
    if (came_alone && of_expected_kind) {
        return found("tls.missing-intermediate", Confidence::Likely,
                     fmt::format("{} sends its certificate without that of its issuer, {}.", facts.url.host, issuer));
    }
    return found(
        "tls.intercepted-untrusted", Confidence::Likely,
        fmt::format("The certificate for {} was issued by {}, which neither browsers nor this machine know.", facts.url.host, issuer));
}

/// Issuer, name and dates are right, and it may not be used.
result::Finding unfit(const Facts& facts, const ChainVerdict& verdict) {
    return found(
        "tls.unfit-certificate", Confidence::Proven,
        fmt::format("The certificate of {} comes from a known authority and is not accepted: {}.", facts.url.host, verdict.text()));
}

result::Finding why_distrusted(const Subject& subject, const Facts& facts, const ChainVerdict& verdict) {
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    const bool wrong_name = verdict.has(X509_V_ERR_HOSTNAME_MISMATCH) || verdict.has(X509_V_ERR_IP_ADDRESS_MISMATCH);
    const bool self_signed = verdict.has(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    const bool unknown = is_of_unknown_issuer(verdict);
    // A certificate with the relay's name that nobody here knows may be of a company that runs the relay itself, and has an authority of
    // its own; of a vendor's host it is not.
    const auto& known = subject.profile.known_hosts;
    const bool is_vendors = std::find(known.begin(), known.end(), facts.url.host) != known.end();
    if (wrong_name || (is_vendors && (self_signed || unknown))) {
        if (auto finding = somebody_else(facts)) {
            return *std::move(finding);
        }
    }
    if (self_signed) {
        return found("tls.self-signed", Confidence::Proven, fmt::format("The certificate of {} is signed by itself.", facts.url.host));
    }
    if (wrong_name && !unknown) {
        return wrong_host(facts, leaf);
    }
    if (auto finding = wrong_date(facts, verdict)) {
        return *std::move(finding);
    }
    return unknown ? unknown_issuer(subject, facts, leaf, verdict) : unfit(facts, verdict);
}

/// Dates alone are wrong, and at the peer's time they are not.
bool is_clock_fault(const Facts& facts, const ChainVerdict& verdict, X509_STORE& store, core::WallTime at) {
    return facts.clock_ahead && verdict.good_at_another_time() &&
           judge_chain(facts.chain, store, facts.url.host, at - *facts.clock_ahead).good();
}

Outcome distrusted(const Subject& subject, const Facts& facts, const ChainVerdict& verdict, X509_STORE& store) {
    const auto at = core::SystemClock().wall_now();
    if (is_clock_fault(facts, verdict, store, at)) {
        return Outcome::fail(
            verdict.text(),
            found("clock.skewed", Confidence::Proven,
                  "By this machine's clock the relay's certificate is not valid; by the relay's own it is.", {"timedatectl set-ntp true"}));
    }
    // By the peer's clock, where it is known: a date that only ours finds wrong is not what is wrong with the chain.
    const ChainVerdict by_peer = facts.clock_ahead ? judge_chain(facts.chain, store, facts.url.host, at - *facts.clock_ahead) : verdict;
    return Outcome::fail(verdict.text(), why_distrusted(subject, facts, by_peer));
}

Outcome judge_named_authority(const Subject& subject, Facts& facts, core::WallTime at) {
    const auto store = store_of_file(subject.ca_file);
    if (!store) {
        return Outcome::fail("the authority cannot be read", found("env.ca-file-missing", Confidence::Proven, store.error().message));
    }
    const ChainVerdict verdict = judge_chain(facts.chain, **store, facts.url.host, at);
    facts.trusted = verdict.good();
    return verdict.good() ? Outcome::pass("trusted by the authority that was named") : distrusted(subject, facts, verdict, **store);
}

}  // namespace

Outcome check_verify(const Subject& subject, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    const auto at = core::SystemClock().wall_now();
    const CertificateFacts leaf = facts_of(*facts.chain.front());
    Outcome outcome;
    if (!subject.ca_file.empty()) {
        outcome = judge_named_authority(subject, facts, at);
    } else {
        const Store roots = public_roots();
        const ChainVerdict by_public = judge_chain(facts.chain, *roots, facts.url.host, at);
        const ChainVerdict by_system = judge_chain(facts.chain, *system_store(), facts.url.host, at);
        facts.trusted = by_public.good() || (by_system.good() && !subject.profile.expects_public_roots);
        if (by_public.good() && by_system.good()) {
            outcome = Outcome::pass(fmt::format("issued by {}", core::printable(leaf.issuer_name, kShownBytes)));
        } else if (by_public.good()) {
            outcome = Outcome::warn("this machine's own store does not trust it",
                                    found("tls.local-store-broken", Confidence::Proven,
                                          "The certificate is good, and this machine's list of authorities does not know its issuer.",
                                          {"apt-get install --reinstall ca-certificates", "update-ca-certificates"}));
        } else if (by_system.good() && !subject.profile.expects_public_roots) {
            outcome = Outcome::pass(fmt::format("trusted by this machine, issued by {}", core::printable(leaf.issuer_name, kShownBytes)));
        } else if (by_system.good()) {
            outcome = Outcome::warn(
                "trusted by this machine only",
                found("tls.intercepted-trusted", Confidence::Proven,
                      fmt::format("The certificate was issued by {}, an authority of this organisation: TLS is opened on the way.",
                                  core::printable(leaf.issuer_name, kShownBytes))));
        } else {
            outcome = distrusted(subject, facts, by_public, *roots);
        }
    }
    return outcome.with("subject", core::printable(leaf.subject, kShownBytes))
        .with("issuer", core::printable(leaf.issuer, kShownBytes))
        .with("valid until", core::utc_text(leaf.not_after));
}

Outcome check_expiry(const Subject& /*subject*/, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    const auto left = facts_of(*facts.chain.front()).not_after - core::SystemClock().wall_now();
    const auto days = std::chrono::duration_cast<std::chrono::hours>(left).count() / 24;
    const std::string text = fmt::format("{} days left", days);
    // A chain of a private authority is often short-lived on purpose.
    if (left < kExpiryWarning && facts.trusted) {
        return Outcome::warn(text, found("tls.expires-soon", Confidence::Proven,
                                         fmt::format("The certificate of {} ends in {} days.", facts.url.host, days)));
    }
    return Outcome::pass(text);
}

}  // namespace relaybench::doctor
