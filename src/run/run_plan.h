#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "run/stamp_errors.h"
#include "scenario/scenario.h"
#include "stream/stream_settings.h"
#include "stream/transport.h"
#include "wire/request.h"

namespace relaybench::run {

/// One arm, ready to be played: addresses resolved, requests built.
struct ArmPlan {
    std::string name;
    std::string relay;  ///< for people: URL or "embedded:profile"
    std::string model;
    stream::StreamSettings settings;
    stream::Target target;
    std::vector<wire::Request> requests;  ///< one a prompt; stream k of the arm sends requests[k % size]
};

/// Which part of a plan this process plays: part `index` (from 0) of `count`. The others are played by other processes.
struct PlanShare {
    std::uint32_t index = 0;
    std::uint32_t count = 1;
};

/// Everything that the engine needs and nothing that it must look up. Read-only during the run; must outlive it.
struct RunPlan {
    std::vector<ArmPlan> arms;
    scenario::Load load;
    wire::ConnectionUse connections = wire::ConnectionUse::Reuse;
    scenario::Budget budget;
    std::uint64_t seed = 1;
    std::uint64_t round = 0;          ///< of several that are added up: each has arrivals of its own, drawn from the same seed
    std::uint64_t first_arrival = 0;  ///< what the numbers of starts begin with; a multiple of the number of arms
    PlanShare shard;                  ///< everything else here is of the whole plan
    std::uint32_t workers = 1;
    StampDetail stamp_detail = StampDetail::Used;
    std::uint32_t connect_rate_per_s = 5000;
};

}  // namespace relaybench::run
