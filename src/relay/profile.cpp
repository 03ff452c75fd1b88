#include "relay/profile.h"

#include <algorithm>

namespace relaybench::relay {

const Timing& Profile::timing_of(std::string_view model) const {
    const auto found = std::find_if(models.begin(), models.end(), [model](const ModelTiming& entry) { return entry.model == model; });
    return found == models.end() ? timing : found->timing;
}

}  // namespace relaybench::relay
