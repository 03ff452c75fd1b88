#include "doctor/interception.h"

#include "core/text.h"
#include "doctor/certificates.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kShownBytes = 120;

}  // namespace

std::string interceptor_of(const Subject& subject, const Facts& facts) {
    if (!facts.url.secure() || facts.chain.empty() || !subject.ca_file.empty() || !subject.profile.expects_public_roots) {
        return {};
    }
    const auto at = core::SystemClock().wall_now();
    if (judge_chain(facts.chain, *public_roots(), facts.url.host, at).good() ||
        !judge_chain(facts.chain, *system_store(), facts.url.host, at).good()) {
        return {};
    }
    return core::printable(facts_of(*facts.chain.front()).issuer_name, kShownBytes);
}

}  // namespace relaybench::doctor
