#include "doctor/trust.h"

#include "core/text.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kShownName = 120;

}  // namespace

TrustVerdict weigh(const ChainVerdict& by_public, const ChainVerdict& by_system, Wanted wanted) {
    if (by_public.good()) {
        return {.by = by_system.good() ? Vouched::Publicly : Vouched::PubliclyAlone, .problems = {}};
    }
    if (by_system.good()) {
        return {.by = wanted == Wanted::PublicRoots ? Vouched::HereAlone : Vouched::HereAsExpected, .problems = {}};
    }
    // A store that minds the dates alone knows the issuer: what it says is what is wrong.
    const bool is_known_here = by_system.good_at_another_time() && !by_public.good_at_another_time();
    return {.by = Vouched::Nobody, .problems = is_known_here ? by_system : by_public};
}

core::Expected<TrustVerdict> judge_trust(const Subject& subject, const Chain& chain, const std::string& host, core::WallTime at) {
    if (!subject.ca_file.empty()) {
        const auto store = store_of_file(subject.ca_file);
        if (!store) {
            return tl::unexpected(store.error());
        }
        ChainVerdict verdict = judge_chain(chain, **store, host, at);
        const Vouched by = verdict.good() ? Vouched::ByNamed : Vouched::Nobody;
        return TrustVerdict{.by = by, .problems = std::move(verdict)};
    }
    return weigh(judge_chain(chain, *public_roots(), host, at), judge_chain(chain, *system_store(), host, at),
                 subject.profile.expects_public_roots ? Wanted::PublicRoots : Wanted::AnyRoots);
}

bool may_hear_secrets(const Subject& subject, Vouched by) {
    return by == Vouched::HereAlone ? subject.allow_intercepted : by != Vouched::Nobody;
}

bool is_relays_own(Vouched by) { return by != Vouched::Nobody && by != Vouched::HereAlone; }

std::string interceptor_of(const Facts& facts) {
    const bool is_opened = facts.vouched == Vouched::HereAlone && !facts.chain.empty();
    return is_opened ? core::printable(facts_of(*facts.chain.front()).issuer_name, kShownName) : "";
}

}  // namespace relaybench::doctor
