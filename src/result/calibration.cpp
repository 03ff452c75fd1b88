#include "result/calibration.h"

#include <fmt/format.h>

namespace relaybench::result {

std::string transport_text(const CalibrationLoad& load) { return fmt::format("{}{}", wire::info(load.dialect).id, load.tls ? " TLS" : ""); }

std::string load_text(const CalibrationLoad& load) {
    constexpr std::uint32_t kThousand = 1000;
    const auto streams = load.streams < kThousand ? fmt::format("{}", load.streams)
                                                  : fmt::format("{},{:03}", load.streams / kThousand, load.streams % kThousand);
    return fmt::format("{} × {:g}/s", streams, load.rate_per_s);
}

}  // namespace relaybench::result
