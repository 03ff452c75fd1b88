#include "stats/hlog.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base64.h"
#include "core/text.h"

namespace relaybench::stats {
namespace {

constexpr std::string_view kLegend = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
constexpr std::string_view kStartTime = "[StartTime:";
constexpr std::string_view kBaseTime = "[BaseTime:";
constexpr std::string_view kVersion = "[Histogram log format version";
constexpr std::string_view kTag = "Tag=";
constexpr double kLongestSeconds = 3e9;  // until 2065; three such times still add up within 64 bits of nanoseconds
constexpr std::size_t kMostMemory = std::size_t{1} << 30;
constexpr core::Duration kYear = std::chrono::hours(365 * 24);

/// "12.345"; integers throughout, so that it does not depend on the locale or the size of the number.
std::string seconds_text(core::Duration time) {
    const auto rounded = std::chrono::round<std::chrono::milliseconds>(time).count();
    const auto magnitude = std::abs(rounded);
    return fmt::format("{}{}.{:03}", rounded < 0 ? "-" : "", magnitude / 1000, magnitude % 1000);
}

std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string heading(const Hlog& log) {
    const core::Duration since_epoch = log.start_time.time_since_epoch();
    const auto whole = std::chrono::floor<std::chrono::seconds>(log.start_time);
    const std::string calendar = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)));
    std::string text;
    for (const std::string& comment : log.comments) {
        text += fmt::format("#{}\n", on_one_line(comment));
    }
    text += fmt::format("#{} 1.3]\n", kVersion);
    text += fmt::format("#{} {} (seconds since epoch), {}]\n", kStartTime, seconds_text(since_epoch), calendar);
    text += fmt::format("#{} {} (seconds since epoch)]\n", kBaseTime, seconds_text(since_epoch));
    text += kLegend;
    return text;
}

/// What the reading of one log knows so far.
struct Progress {
    Hlog log;
    core::Duration start_time{0};
    std::optional<core::Duration> base_time;
    std::size_t memory = 0;  // of the histograms: a short line can stand for one of 50 MiB
};

std::optional<core::Duration> seconds_of(std::string_view text) {
    text = core::trimmed(text);
    double seconds = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, seconds);
    if (error != std::errc() || end != last || !(std::fabs(seconds) <= kLongestSeconds)) {
        return std::nullopt;
    }
    // A microsecond is what a double keeps of a time since 1970.
    return std::chrono::microseconds(std::llround(seconds * 1e6));
}

/// "[StartTime: 1441812279.474 (seconds since epoch), ..." → the number.
std::optional<core::Duration> time_in_comment(std::string_view comment, std::string_view name) {
    const std::string_view value = core::trimmed(comment.substr(name.size()));
    return seconds_of(value.substr(0, value.find_first_of(" ]")));
}

/// What is wrong with the line; empty when nothing is.
std::string read_comment(Progress& progress, std::string_view comment) {
    const bool is_base = comment.starts_with(kBaseTime);
    if (!is_base && !comment.starts_with(kStartTime)) {
        if (!comment.starts_with(kVersion)) {
            progress.log.comments.emplace_back(comment);
        }
        return {};
    }
    const auto time = time_in_comment(comment, is_base ? kBaseTime : kStartTime);
    if (!time) {
        return "the time in the comment is not a number of seconds";
    }
    if (is_base) {
        progress.base_time = *time;
    } else {
        progress.start_time = *time;
        progress.log.start_time = core::WallTime(*time);
    }
    return {};
}

std::string read_interval(Progress& progress, std::string_view line) {
    std::vector<std::string_view> fields = core::split(line, ',');
    HlogInterval interval;
    if (fields.front().starts_with(kTag)) {
        interval.tag = fields.front().substr(kTag.size());
        fields.erase(fields.begin());
    }
    if (fields.size() != 4) {
        return "expected [Tag=NAME,]START,LENGTH,MAX,BASE64";
    }
    const auto start = seconds_of(fields[0]);
    const auto length = seconds_of(fields[1]);
    if (!start || !length) {
        return "start and length must be numbers of seconds";
    }
    if (!progress.base_time) {
        progress.base_time = *start < progress.start_time - kYear ? progress.start_time : core::Duration(0);
    }
    interval.start = *start + *progress.base_time - progress.start_time;
    interval.length = *length;
    auto histogram = core::base64_decode(core::trimmed(fields[3])).and_then([](const std::string& bytes) { return decode_v2(bytes); });
    if (!histogram) {
        return histogram.error().message;
    }
    progress.memory += histogram->count() == 0 ? 0 : histogram->layout().size() * sizeof(std::uint64_t);
    if (progress.memory > kMostMemory) {
        return "the histograms up to here need more than 1 GiB";
    }
    interval.histogram = *std::move(histogram);
    progress.log.intervals.push_back(std::move(interval));
    return {};
}

std::string read_line(Progress& progress, std::string_view line) {
    if (line.empty() || line.starts_with('"')) {
        return {};
    }
    return line.starts_with('#') ? read_comment(progress, line.substr(1)) : read_interval(progress, line);
}

}  // namespace

core::Expected<std::string> write_hlog(const Hlog& log, double max_unit_ratio) {
    std::string text = heading(log);
    for (const HlogInterval& interval : log.intervals) {
        if (interval.tag.find_first_of(", \r\n\t") != std::string::npos) {
            return core::bad_input(
                fmt::format("histogram log: the tag \"{}\" holds a comma, a blank or a line break", core::printable(interval.tag, 60)));
        }
        if (!interval.tag.empty()) {
            text += fmt::format("{}{},", kTag, interval.tag);
        }
        text += fmt::format("{},{},{:.3f},{}\n", seconds_text(interval.start), seconds_text(interval.length),
                            static_cast<double>(interval.histogram.max()) / max_unit_ratio,
                            core::base64_encode(encode_v2_compressed(interval.histogram)));
    }
    return text;
}

core::Expected<Hlog> read_hlog(std::string_view text) {
    Progress progress;
    std::size_t number = 0;
    for (const std::string_view line : core::split(text, '\n')) {
        ++number;
        if (const std::string wrong = read_line(progress, core::trimmed(line)); !wrong.empty()) {
            return core::bad_input(fmt::format("histogram log, line {}: {}", number, wrong));
        }
    }
    return std::move(progress.log);
}

}  // namespace relaybench::stats
