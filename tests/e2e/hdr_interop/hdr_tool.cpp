#include <array>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/random.h"
#include "stats/hdr_histogram.h"
#include "stats/hlog.h"

// Our side of the comparison with another implementation:
//
//     hdr_tool samples            histograms of our own, one line each:   BASE64<TAB>SUMMARY
//     hdr_tool sample-log         a log of our own
//     hdr_tool describe           base64 lines on stdin → one SUMMARY line each
//     hdr_tool describe-log       a log on stdin → one line an interval:  TAG<TAB>START_MS<TAB>LENGTH_MS<TAB>SUMMARY
//
// A SUMMARY is all that both sides must agree on: "count min max | quantiles | lowest:count lowest:count …".

namespace {

namespace core = relaybench::core;
namespace stats = relaybench::stats;
using stats::HdrHistogram;

constexpr int kUsage = 2;
constexpr std::array<double, 11> kQuantiles = {0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1};

/// Of a histogram that went through the encoding, whose extremes are bucket bounds on both sides.
std::string summary(const HdrHistogram& histogram) {
    std::string text = fmt::format("{} {} {} |", histogram.count(), histogram.min(), histogram.max());
    for (const double q : kQuantiles) {
        // The reference answers the lowest equivalent value for 0 and the highest for all others.
        text += fmt::format(" {}", q == 0 ? histogram.min() : histogram.value_at_quantile(q));
    }
    text += " |";
    for (const HdrHistogram::Bucket& bucket : histogram.buckets()) {
        text += fmt::format(" {}:{}", bucket.lowest, bucket.count);
    }
    return text;
}

std::string encoded(const HdrHistogram& histogram) { return core::base64_encode(stats::encode_v2_compressed(histogram)); }

core::Expected<HdrHistogram> decoded(std::string_view text) {
    return core::base64_decode(text).and_then([](const std::string& bytes) { return stats::decode_v2(bytes); });
}

HdrHistogram random_histogram(core::Random random, const HdrHistogram::Config& config, std::uint64_t values) {
    HdrHistogram histogram = HdrHistogram::make(config).value();
    for (std::uint64_t i = 0; i < values; ++i) {
        const std::uint64_t bound = std::uint64_t{1} << random.below(40);
        histogram.record(static_cast<std::int64_t>(random.below(bound)), 1 + random.below(1'000));
    }
    return histogram;
}

std::vector<HdrHistogram> samples() {
    const core::Random random(20'240'607);
    std::vector<HdrHistogram> made = {HdrHistogram()};
    std::uint64_t index = 0;
    for (const int digits : {1, 2, 3, 4, 5}) {
        for (const std::int64_t lowest : {1, 1'000}) {
            for (const std::uint64_t values : {1U, 30U, 2'000U}) {
                const HdrHistogram::Config config{.lowest = lowest, .highest = 3'600'000'000, .significant_digits = digits};
                made.push_back(random_histogram(random.fork(index++), config, values));
            }
        }
    }
    return made;
}

int print_samples() {
    for (const HdrHistogram& histogram : samples()) {
        const std::string text = encoded(histogram);
        std::cout << text << '\t' << summary(decoded(text).value()) << '\n';
    }
    return 0;
}

int print_sample_log() {
    using namespace std::chrono_literals;
    stats::Hlog log{.start_time = core::WallTime(core::Duration(1'700'000'000'250ms)), .comments = {"[made by hdr_tool]"}, .intervals = {}};
    core::Duration start{0};
    for (std::uint64_t i = 0; i < 12; ++i) {
        log.intervals.push_back({.tag = i % 3 == 0 ? std::string() : fmt::format("arm-{}", i % 3),
                                 .start = start,
                                 .length = 1s + i * 1ms,
                                 .histogram = random_histogram(core::Random(i), {}, 50 * i)});
        start += 1s + i * 1ms;
    }
    std::cout << stats::write_hlog(log).value();
    return 0;
}

int describe(std::istream& input) {
    for (std::string line; std::getline(input, line);) {
        const auto histogram = decoded(line);
        std::cout << (histogram ? summary(*histogram) : "refused: " + histogram.error().message) << '\n';
    }
    return 0;
}

int describe_log(std::istream& input) {
    const std::string text{std::istreambuf_iterator<char>(input), {}};
    const auto log = stats::read_hlog(text);
    if (!log) {
        std::cout << "refused: " << log.error().message << '\n';
        return 1;
    }
    for (const stats::HlogInterval& interval : log->intervals) {
        const auto start = log->start_time + interval.start;
        std::cout << fmt::format("{}\t{}\t{}\t{}\n", interval.tag,
                                 std::chrono::round<std::chrono::milliseconds>(start).time_since_epoch().count(),
                                 std::chrono::round<std::chrono::milliseconds>(interval.length).count(), summary(interval.histogram));
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc == 2 ? argv[1] : "";
    if (command == "samples") {
        return print_samples();
    }
    if (command == "sample-log") {
        return print_sample_log();
    }
    if (command == "describe") {
        return describe(std::cin);
    }
    if (command == "describe-log") {
        return describe_log(std::cin);
    }
    std::cerr << "usage: hdr_tool samples|sample-log|describe|describe-log\n";
    return kUsage;
}
