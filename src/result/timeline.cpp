#include "result/timeline.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace relaybench::result {
namespace {

/// A point does not hold how many streams ended in it, but the change of those that were open tells.
std::uint32_t ended_in(const SeriesPoint& point, std::uint32_t open_before) {
    const std::uint64_t running = std::uint64_t{open_before} + point.starts;
    return static_cast<std::uint32_t>(running - std::min<std::uint64_t>(running, point.open_streams));
}

Timeline::Cell cell_of(const SeriesPoint& point, std::uint32_t open_before) {
    Timeline::Cell cell;
    cell.starts = point.starts;
    cell.completed = point.completed;
    cell.failed = point.failed;
    cell.ended = ended_in(point, open_before);
    cell.chunks = point.chunks;
    cell.ttft = point.ttft_sketch;
    cell.gap = point.gap_sketch;
    cell.ttft_lost = point.ttft_p50.has_value() && point.ttft_sketch.empty();
    cell.gap_lost = point.gap_p99.has_value() && point.gap_sketch.empty();
    return cell;
}

SeriesPoint point_of(const Timeline::Cell& cell) {
    constexpr double kMedian = 0.50;
    constexpr double kP99 = 0.99;
    SeriesPoint point;
    point.starts = cell.starts;
    point.completed = cell.completed;
    point.failed = cell.failed;
    point.chunks = cell.chunks;
    if (!cell.ttft_lost) {
        point.ttft_p50 = cell.ttft.quantile(kMedian);
        point.ttft_p99 = cell.ttft.quantile(kP99);
        point.ttft_sketch = cell.ttft;
    }
    if (!cell.gap_lost) {
        point.gap_p99 = cell.gap.quantile(kP99);
        point.gap_sketch = cell.gap;
    }
    return point;
}

}  // namespace

void Timeline::Cell::add(const Cell& other) {
    starts += other.starts;
    completed += other.completed;
    failed += other.failed;
    ended += other.ended;
    chunks += other.chunks;
    ttft.merge(other.ttft);
    gap.merge(other.gap);
    ttft_lost = ttft_lost || other.ttft_lost;
    gap_lost = gap_lost || other.gap_lost;
}

Timeline::Cell& Timeline::at(std::uint64_t second) {
    while ((second >> shift_) >= kMaxPoints)
        fold();
    const auto index = static_cast<std::size_t>(second >> shift_);
    if (index >= cells_.size())
        cells_.resize(index + 1);
    return cells_[index];
}

void Timeline::fold() {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (i % 2 == 1) {
            cells_[i / 2].add(cells_[i]);
        } else if (i > 0) {
            cells_[i / 2] = std::move(cells_[i]);
        }
    }
    cells_.resize((cells_.size() + 1) / 2);
    ++shift_;
}

void Timeline::merge(const Timeline& other) {
    while (shift_ < other.shift_)
        fold();
    for (std::size_t i = 0; i < other.cells_.size(); ++i)
        at(static_cast<std::uint64_t>(i) << other.shift_).add(other.cells_[i]);
}

void Timeline::add(const std::vector<SeriesPoint>& points, std::uint64_t offset_s) {
    std::uint32_t open = 0;
    for (const SeriesPoint& point : points) {
        while (shift_ < static_cast<unsigned>(std::bit_width(point.seconds)) - 1)
            fold();
        at(point.second + offset_s).add(cell_of(point, open));
        open = point.open_streams;
    }
}

std::vector<SeriesPoint> Timeline::points() const {
    std::vector<SeriesPoint> points;
    points.reserve(cells_.size());
    std::uint32_t open_streams = 0;
    for (const Cell& cell : cells_) {
        open_streams += cell.starts;
        open_streams -= std::min(open_streams, cell.ended);
        SeriesPoint point = point_of(cell);
        point.second = static_cast<std::uint32_t>(points.size() << shift_);
        point.seconds = std::uint32_t{1} << shift_;
        point.open_streams = open_streams;
        points.push_back(std::move(point));
    }
    return points;
}

}  // namespace relaybench::result
