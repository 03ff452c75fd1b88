#include "doctor/check_greeting.h"

#include <fmt/format.h>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

Outcome judge_large_greeting(const LargeGreeting& tried, const std::string& authority) {
    if (is_tls(tried.large)) {
        return Outcome::pass("a greeting of two packets is answered");
    }
    Outcome outcome = Outcome::info("a greeting of two packets was not answered at first");
    if (is_tls(tried.large_in_small_packets) && !is_tls(tried.large_again)) {
        outcome.summary = "a greeting of two packets is answered in small packets only, see http.body";
    } else if (is_tls(tried.usual) && !is_tls(tried.large_again)) {
        outcome = Outcome::warn(
            "a greeting of two packets is not answered",
            found(
                "tls.large-greeting-dropped", result::Confidence::Likely,
                fmt::format("A TLS greeting to {} that takes two packets came to nothing three times; one of a single packet is answered.",
                            authority)));
    }
    return outcome.with("large", std::string(words(tried.large)))
        .with("large again", std::string(words(tried.large_again)))
        .with("large, in small packets", std::string(words(tried.large_in_small_packets)))
        .with("of one packet", std::string(words(tried.usual)));
}

Outcome check_greeting(const Subject& /*subject*/, Facts& facts) {
    if (!facts.url.secure()) {
        return Outcome::not_applicable("no TLS");
    }
    if (facts.loses_packets) {
        return Outcome::info("lost packets keep this from being seen");
    }
    return judge_large_greeting(try_large_greeting(facts), facts.url.authority());
}

}  // namespace relaybench::doctor
