#include "load/window.h"

#include <doctest/doctest.h>

namespace relaybench {

using namespace std::chrono_literals;

TEST_CASE("window: duration, stages, default, or none when a count alone ends the run") {
    scenario::Load load;
    CHECK(load::window_of(load) == scenario::kDefaultDuration);
    load.count = 5;
    CHECK(load::window_of(load) == std::nullopt);
    load.duration = 3s;
    CHECK(load::window_of(load) == 3s);
    load.pattern = scenario::Ramp{{{10s, 5.0}, {20s, 9.0}}, scenario::Arrivals::Constant};
    CHECK(load::window_of(load) == 30s);
}

}  // namespace relaybench
