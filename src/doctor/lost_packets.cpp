#include "doctor/lost_packets.h"

#include <utility>

#include "doctor/finding_codes.h"

namespace relaybench::doctor {

result::Finding why_unheard(const Facts& facts, result::Finding otherwise) {
    if (!facts.loses_packets) {
        return otherwise;
    }
    return found("net.flaky", result::Confidence::Likely,
                 "The line loses packets, as attempts to connect show, and so many here: " + otherwise.cause);
}

}  // namespace relaybench::doctor
