#include <algorithm>
#include <array>

#include <doctest/doctest.h>

#include "unit/layout/rules.h"

namespace {

using relaybench::layout::Exception;

constexpr std::array kExceptions = std::to_array<Exception>({
    {"src/core/clock.cpp", "clock", "the one file that reads the system's clocks"},
});

}  // namespace

TEST_CASE("layout: the checkout keeps the rules of the house, but for the exceptions that say why") {
    const auto files = relaybench::layout::checkout(RELAYBENCH_SOURCE_DIR);
    const auto findings = relaybench::layout::check(files, kExceptions);
    for (const auto& violation : findings.violations) {
        FAIL_CHECK(relaybench::layout::text_of(violation));
    }
    for (const Exception& exception : findings.stale) {
        FAIL_CHECK(exception.path, " no longer needs its exception from rule ", exception.rule);
    }
    const auto sources = std::count_if(files.begin(), files.end(), [](const auto& file) { return file.path.starts_with("src/"); });
    CHECK_MESSAGE(sources > 30, "the walk found hardly any sources: it looked in the wrong place");
}
