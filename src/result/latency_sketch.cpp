#include "result/latency_sketch.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::result {
namespace {

// As in HdrHistogram: values below 64 µs have buckets of 1 µs, each octave above has 32 buckets.
constexpr unsigned kSubBits = 5;
constexpr std::uint64_t kSubBuckets = 1U << kSubBits;

}  // namespace

std::size_t LatencySketch::bucket_of(core::Duration latency) {
    const std::int64_t signed_us = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(signed_us, 0));
    const auto width = static_cast<unsigned>(std::bit_width(us));
    const unsigned octave = width > kSubBits + 1 ? width - (kSubBits + 1) : 0;
    const std::size_t bucket = octave * kSubBuckets + (us >> octave);
    return std::min(bucket, kBucketCount - 1);
}

core::Duration LatencySketch::value_of(std::size_t bucket) {
    const std::size_t octave = bucket < 2 * kSubBuckets ? 0 : bucket / kSubBuckets - 1;
    const std::uint64_t sub = bucket - octave * kSubBuckets;
    return std::chrono::microseconds(((sub + 1) << octave) - 1);
}

void LatencySketch::add(std::size_t bucket, std::uint64_t times) {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), bucket,
                                     [](const Entry& entry, std::size_t wanted) { return entry.bucket < wanted; });
    if (at != entries_.end() && at->bucket == bucket) {
        at->count += times;
        return;
    }
    entries_.insert(at, Entry{static_cast<std::uint16_t>(bucket), times});
}

void LatencySketch::merge(const LatencySketch& other) {
    for (const Entry& entry : other.entries_)
        add(entry.bucket, entry.count);
}

std::optional<core::Duration> LatencySketch::quantile(double q) const {
    std::uint64_t total = 0;
    for (const Entry& entry : entries_)
        total += entry.count;
    if (total == 0)
        return std::nullopt;
    const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (const Entry& entry : entries_) {
        seen += entry.count;
        if (static_cast<double>(seen) >= rank)
            return value_of(entry.bucket);
    }
    return value_of(entries_.back().bucket);
}

std::string LatencySketch::text() const {
    std::string text;
    for (const Entry& entry : entries_) {
        const char* blank = text.empty() ? "" : " ";
        text += entry.count == 1 ? fmt::format("{}{}", blank, entry.bucket) : fmt::format("{}{}:{}", blank, entry.bucket, entry.count);
    }
    return text;
}

std::optional<LatencySketch> LatencySketch::from_text(std::string_view text) {
    LatencySketch sketch;
    if (text.empty())
        return sketch;
    for (const std::string_view word : core::split(text, ' ')) {
        const auto entry = entry_from(word);
        if (!entry || (!sketch.entries_.empty() && entry->bucket <= sketch.entries_.back().bucket))
            return std::nullopt;
        sketch.entries_.push_back(*entry);
    }
    return sketch;
}

std::optional<LatencySketch::Entry> LatencySketch::entry_from(std::string_view text) {
    const auto number = [](std::string_view digits, std::uint64_t highest) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        const bool good = error == std::errc{} && end == digits.data() + digits.size() && value <= highest;
        return good ? std::optional(value) : std::nullopt;
    };
    constexpr std::uint64_t kMostTimes = std::uint64_t{1} << 53U;
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto bucket = number(text.substr(0, colon), kBucketCount - 1);
    const auto times = colon == text.size() ? std::optional<std::uint64_t>(1) : number(text.substr(colon + 1), kMostTimes);
    if (!bucket || !times || *times == 0)
        return std::nullopt;
    return Entry{static_cast<std::uint16_t>(*bucket), *times};
}

}  // namespace relaybench::result
