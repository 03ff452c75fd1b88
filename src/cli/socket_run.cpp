#include "cli/socket_run.h"

#include <memory>
#include <utility>
#include <vector>

#include "cli/host_limits.h"
#include "net/client.h"
#include "run/engine.h"

namespace relaybench::cli {

core::Expected<result::RunResult> run_on_sockets(const run::RunPlan& plan, run::Control& control, const Onlookers& onlookers,
                                                 const Context& context) {
    std::vector<std::unique_ptr<stream::Transport>> transports;
    for (std::uint32_t worker = 0; worker < plan.workers; ++worker) {
        auto client = net::make_client(context.clock, {});
        if (!client) {
            return tl::unexpected(client.error());
        }
        transports.push_back(std::move(*client));
    }
    return run::execute(plan, {.clock = context.clock,
                               .transports = transports,
                               .control = control,
                               .observer = onlookers.observer,
                               .tracer = onlookers.tracer,
                               .fd_limit = descriptor_limit(),
                               .journal = onlookers.journal});
}

}  // namespace relaybench::cli
