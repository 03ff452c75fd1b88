#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "stats/hdr_histogram.h"

namespace relaybench::stats {

/// One line of a histogram log: what was recorded within an interval.
struct HlogInterval {
    std::string tag;          ///< empty: no tag. Must not hold a comma, a blank or a line break, which the format cannot quote
    core::Duration start{0};  ///< since the log's start time
    core::Duration length{0};
    HdrHistogram histogram;
};

/// A log in the format of the reference's HistogramLogWriter, version 1.3 (github.com/HdrHistogram/HdrHistogram).
struct Hlog {
    core::WallTime start_time{};
    std::vector<std::string> comments;  ///< without the '#'; line breaks within are written as blanks
    std::vector<HlogInterval> intervals;
};

/// The column Interval_Max is for people and is read by no tool. Ours is in milliseconds, as that of the reference: the reference divides
/// nanoseconds by 1,000,000, we divide microseconds by this.
inline constexpr double kMicrosecondsPerHlogUnit = 1000;

/// Times are rounded to the format's millisecond. Start times are written relative to the log's start time, which stands in both the
/// StartTime and the BaseTime comment. BadInput for a tag that the format cannot hold.
[[nodiscard]] core::Expected<std::string> write_hlog(const Hlog& log, double max_unit_ratio = kMicrosecondsPerHlogUnit);

/// Reads logs of other writers too: fields may have blanks around them, lines may end in CR LF, the legend and the comments may be absent.
/// Without a BaseTime comment, times that lie more than a year before StartTime are relative to it and others absolute (the reference's
/// rule). Errors name the line. Bounded: refuses a log whose histograms need more than 1 GiB.
[[nodiscard]] core::Expected<Hlog> read_hlog(std::string_view text);

}  // namespace relaybench::stats
