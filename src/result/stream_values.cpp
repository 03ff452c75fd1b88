#include "result/stream_values.h"

#include <algorithm>
#include <chrono>

namespace relaybench::result {
namespace {

constexpr std::size_t kMostValues = 1'000'000;  // over all arms
constexpr std::size_t kMostGapStreams = 4096;

template <class Item>
void add(std::vector<Item>& items, std::uint64_t& limit, const std::vector<Item>& part, std::uint64_t part_limit, std::int64_t offset_us,
         std::size_t capacity) {
    for (const Item& item : part) {
        items.push_back(item);
        items.back().intended_us += offset_us;
    }
    limit = std::min(limit, part_limit);
    const auto keep = [&] { std::erase_if(items, [&](const Item& item) { return item.ticket > limit; }); };
    keep();
    while (items.size() > capacity && limit > 0) {
        limit /= 2;
        keep();
    }
}

}  // namespace

void append(StreamSet& set, const StreamSet& part, core::Duration offset) {
    if (set.values_offered == 0 && set.gaps_offered == 0) {
        set.arms = part.arms;
        set.values_limit = part.values_limit;
        set.gaps_limit = part.gaps_limit;
    }
    const auto offset_us = std::chrono::duration_cast<std::chrono::microseconds>(offset).count();
    add(set.values, set.values_limit, part.values, part.values_limit, offset_us, kMostValues / std::max<std::uint64_t>(1, set.arms));
    add(set.gaps, set.gaps_limit, part.gaps, part.gaps_limit, offset_us, kMostGapStreams);
    set.values_offered += part.values_offered;
    set.gaps_offered += part.gaps_offered;
}

}  // namespace relaybench::result
