#include "relay/ready_profiles.h"

#include <algorithm>
#include <array>

namespace relaybench::relay {
namespace {

// The first line of each says what kind of relay it is.
constexpr auto kProfiles = std::to_array<ReadyProfile>({
    {"fast", R"(
name: fast
summary: A quick and steady relay.
timing: {first_token: 40ms/60ms, gap: 8ms/12ms, tokens: 60..120}
)"},
    {"slow", R"(
name: slow
summary: Several times the waiting of fast, as steady.
timing: {first_token: 250ms/400ms, gap: 25ms/40ms, tokens: 60..120}
)"},
    {"jittery", R"(
name: jittery
summary: Good medians and a bad tail.
timing: {first_token: 60ms/900ms, gap: 8ms/150ms, tokens: 60..120, stall_probability: 0.2%, stall: 1s..2s}
)"},
    {"flaky", R"(
name: flaky
summary: One stream in seven goes wrong, each in another way.
timing: {first_token: 60ms/120ms, gap: 8ms/20ms, tokens: 40..80}
faults:
  - {id: refuse, probability: 1%}
  - {id: server-error, probability: 1%}
  - {id: overloaded, probability: 2%}
  - {id: rate-limited, probability: 2%}
  - {id: rst-mid-stream, probability: 3%, after_tokens: 5..40}
  - {id: fin-mid-stream, probability: 2%, after_tokens: 5..40}
  - {id: no-finish, probability: 2%}
  - {id: error-event, probability: 2%, after_tokens: 5..40}
)"},
    {"buffered", R"(
name: buffered
summary: A proxy holds chunks back and lets them go in bursts.
timing: {first_token: 60ms/90ms, gap: 8ms/12ms, tokens: 80..160, burst_hold: 300ms}
)"},
    {"rate-limited", R"(
name: rate-limited
summary: The guides' standard tier, 60 requests a minute and key.
timing: {first_token: 40ms/60ms, gap: 5ms, tokens: 20}
requests_per_minute: 60
)"},
    {"guides", R"(
name: guides
summary: The latencies that the relay guides claim, with their key formats and model list.
timing: {first_token: 180ms/320ms, gap: 20ms/47ms, tokens: 80..160}
keys: guides
model_policy: listed
models:
  gpt-4.1: {first_token: 180ms/320ms}
  claude-sonnet-4-20250514: {first_token: 210ms/380ms, gap: 24ms/55ms}
  gemini-2.5-flash: {first_token: 90ms/180ms, gap: 10ms/25ms}
  deepseek-v3.2: {first_token: 47ms/120ms, gap: 12ms/30ms}
)"},
    {"flat-out", R"(
name: flat-out
summary: No waiting at all, to find out what a client can take.
timing: {first_token: 0ms, gap: 0ms, tokens: 10000}
)"},
    {"steady-20", R"(
name: steady-20
summary: 20 chunks a second on each stream for long, streams out of step; for measurements.
timing: {first_token: 50ms, gap: 50ms, tokens: 100000, start_phase: 50ms}
)"},
    {"steady-10", R"(
name: steady-10
summary: 10 chunks a second on each stream for long, streams out of step; for measurements.
timing: {first_token: 100ms, gap: 100ms, tokens: 100000, start_phase: 100ms}
)"},
});

constexpr auto kNames = [] {
    std::array<std::string_view, kProfiles.size()> names;
    std::transform(kProfiles.begin(), kProfiles.end(), names.begin(), [](const ReadyProfile& profile) { return profile.name; });
    return names;
}();

}  // namespace

std::span<const ReadyProfile> ready_profiles() { return kProfiles; }

std::span<const std::string_view> ready_profile_names() { return kNames; }

}  // namespace relaybench::relay
