#include "stream/stamp_check.h"

#include <doctest/doctest.h>

#include "support/stream_fixture.h"

namespace relaybench::stream {
namespace {

using namespace std::chrono_literals;

/// Reads on a line whose 0 is an hour after the clock's, so that nothing is before it.
class Line {
  public:
    [[nodiscard]] static core::TimePoint at(core::Duration since) { return core::TimePoint{1h + since}; }
    /// A read that the kernel stamped at `at`, and that our code saw `late` after that.
    [[nodiscard]] Arrival read(core::Duration kernel, core::Duration late) {
        return {.at = at(kernel), .seen = at(kernel + late), .source = StampSource::Kernel, .read_number = ++reads_};
    }

  private:
    std::uint64_t reads_ = 0;
};

void check_errors(const std::vector<ArrivalError>& errors, const std::vector<ArrivalError>& wanted) {
    REQUIRE(errors.size() == wanted.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
        CAPTURE(i);
        CHECK(errors[i].at == wanted[i].at);
        CHECK(errors[i].seen == wanted[i].seen);
    }
}

TEST_CASE("stamp check: an arrival's error is told for the kernel's stamp and for ours") {
    Line line;
    const auto error = arrival_error(line.read(20ms + 3us, 40us), Line::at(20ms));
    CHECK(error.at == 3us);
    CHECK(error.seen == 43us);
}

TEST_CASE("stamp check: a gap's error is known when the next read begins") {
    test::Notes notes;
    Line line;
    StampCheck check(notes);
    check.on_token(Line::at(20ms), line.read(20ms + 3us, 10us));
    check.on_token(Line::at(40ms), line.read(40ms + 5us, 90us));
    CHECK(notes.gap_errors.empty());
    check.on_token(Line::at(60ms), line.read(60ms + 4us, 20us));
    check_errors(notes.gap_errors, {{.at = 2us, .seen = 82us}});
    check.on_end();
    check_errors(notes.gap_errors, {{.at = 2us, .seen = 82us}, {.at = -1us, .seen = -71us}});
}

TEST_CASE("stamp check: of events that were read together the last one's send counts, for the gap before and the gap after") {
    test::Notes notes;
    Line line;
    StampCheck check(notes);
    check.on_token(Line::at(20ms), line.read(20ms + 3us, 10us));
    // Two events 50 ms apart come in one read, which carries the stamp of the second's segment.
    const auto together = line.read(120ms + 4us, 1ms);
    check.on_token(Line::at(70ms), together);
    check.on_token(Line::at(120ms), together);
    check.on_token(Line::at(170ms), line.read(170ms + 5us, 10us));
    check.on_end();
    // Beside the first of them the errors would be 50 ms too large, and too small in the gap after.
    check_errors(notes.gap_errors, {{.at = 1us, .seen = 991us}, {.at = 1us, .seen = -989us}});
}

TEST_CASE("stamp check: the last read counts with the last event that it had when the stream ended") {
    test::Notes notes;
    Line line;
    StampCheck check(notes);
    check.on_token(Line::at(20ms), line.read(20ms, 0us));
    const auto last = line.read(60ms + 2us, 8us);
    check.on_token(Line::at(40ms), last);
    check.on_token(Line::at(60ms), last);
    check.on_end();
    check_errors(notes.gap_errors, {{.at = 2us, .seen = 10us}});
    check.on_end();
    CHECK(notes.gap_errors.size() == 1);
}

TEST_CASE("stamp check: one read alone has no gap") {
    test::Notes notes;
    Line line;
    StampCheck check(notes);
    const auto only = line.read(20ms, 0us);
    check.on_token(Line::at(19ms), only);
    check.on_token(Line::at(20ms), only);
    check.on_end();
    CHECK(notes.gap_errors.empty());
}

}  // namespace
}  // namespace relaybench::stream
