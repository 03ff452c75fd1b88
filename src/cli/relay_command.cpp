#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "core/text.h"
#include "relay/relay_options.h"

namespace relaybench::cli {

namespace {

struct RelayFlags {
    relay::RelayOptions options;
    std::string tls;
    std::uint32_t doctor_endpoint = 0;
};

ExitCode serve(const RelayFlags& flags, const Context& context) {
    auto options = flags.options;
    if (!flags.tls.empty()) {
        const auto comma = flags.tls.find(',');
        if (comma == std::string::npos || comma == 0 || comma + 1 == flags.tls.size()) {
            return report_error(context, {core::ErrorKind::BadInput, "--tls: want CERT,KEY: two PEM files"});
        }
        options.certificate_file = flags.tls.substr(0, comma);
        options.key_file = flags.tls.substr(comma + 1);
    }
    if (flags.doctor_endpoint > 0) {
        options.offer = relay::RelayOptions::Offer::DoctorPages;
    }
    // Who gave a descriptor is told there, and a relay inside of another command says nothing.
    if (!options.ready_fd) {
        options.on_listening = [&context, &options](const std::string& base_url) {
            const bool has_profile = options.offer == relay::RelayOptions::Offer::Everything;
            const std::string what = has_profile ? "profile " + core::printable(options.profile, 120) : "doctor's pages only";
            context.err << fmt::format("relaybench: relay listening on {}, {}; Ctrl-C ends it\n", base_url, what) << std::flush;
        };
    }
    const auto served = relay::serve(options, context.clock);
    return served ? ExitCode::Done : report_error(context, served.error());
}

}  // namespace

void add_relay_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("relay", "Serve the embedded relay: a simulator of every dialect, with scripted timing and faults");
    auto flags = std::make_shared<RelayFlags>();
    auto& options = flags->options;
    command->add_option("--listen", options.listen, "ADDR:PORT; port 0 picks a free one")->capture_default_str();
    command->add_option("--profile", options.profile, "Ready profile, fault:ID, or a YAML file")->capture_default_str();
    command->add_option("--tls", flags->tls, "CERT,KEY: PEM files; the relay then speaks https and wss");
    command->add_flag("--doctor-endpoint", flags->doctor_endpoint,
                      "Only the pages that doctor measures paths with (/v1/doctor/…, /generate_204), to be put beside a real relay");
    command->add_option("--seed", options.seed, "Seed of the script")->capture_default_str();
    command->add_option("--cpu", options.cpu, "Pin the process to this core");
    command->add_option("--truth", options.truth_file, "On exit, write what was really sent and when (JSON)");
    command->add_option("--ready-fd", options.ready_fd, "Write {\"port\":N,\"pid\":N} to this descriptor once listening");
    command->add_option("--stop-fd", options.stop_fd, "Stop when this descriptor is readable or at its end");
    command->footer("Example:\n  relaybench relay --listen 127.0.0.1:8088 --profile jittery");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return serve(*flags, context); }; });
}

}  // namespace relaybench::cli
