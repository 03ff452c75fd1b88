#pragma once

#include "result/node_json.h"
#include "result/run_result.h"

/// Parts of the reader. Only for the *_json.cpp files of this folder.
namespace relaybench::result {

/// Far above any run and far below where sums of counts could overflow.
inline constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 53U;
/// The most entries of one list that are read.
inline constexpr std::size_t kMaxListed = 100'000;

[[nodiscard]] inline std::uint64_t total(const Node& node, std::string_view name) {
    return node.count(name, Presence::Optional, kMaxCount);
}

/// Seconds; at most about 30 years.
[[nodiscard]] core::Duration read_seconds(const Node& node, std::string_view name);
/// One metric; empty when absent.
[[nodiscard]] Distribution read_distribution(const Node& node);
[[nodiscard]] Counters read_counters(const Node& node);
[[nodiscard]] SeriesPoint read_point(const Node& node);
[[nodiscard]] ErrorGroup read_error_group(const Node& node);
[[nodiscard]] ArmResult read_arm(const Node& node);
[[nodiscard]] Provenance read_provenance(const Node& node);
[[nodiscard]] Audit read_audit(const Node& node);
[[nodiscard]] Warning read_warning(const Node& node);

}  // namespace relaybench::result
