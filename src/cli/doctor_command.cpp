#include <CLI/CLI.hpp>
#include <initializer_list>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/doctor_examination.h"
#include "cli/doctor_subject.h"
#include "cli/doctor_words.h"
#include "core/units.h"

namespace relaybench::cli {

namespace {

/// CLI11 takes what follows --watch for its interval. When it is no duration and no relay was named, it is the relay.
DoctorFlags with_relay_behind_watch(DoctorFlags flags) {
    const bool is_relay = flags.watch && flags.target.empty() && !flags.url && !core::parse_duration(*flags.watch);
    if (is_relay) {
        flags.target = *flags.watch;
        flags.watch = "";
    }
    return flags;
}

ExitCode act(const DoctorFlags& flags, const Context& context) {
    if (flags.list_checks > 0) {
        return list_checks(flags, context);
    }
    return flags.explain ? explain(*flags.explain, context) : examine_relay(flags, context);
}

void add_watch_flags(CLI::App& app, DoctorFlags& flags, std::initializer_list<CLI::Option*> excluded) {
    auto* watch = app.add_option_function<std::string>(
                         "--watch", [&flags](const std::string& interval) { flags.watch = interval; },
                         "Again and again without streams, every INTERVAL (30s): say when the verdict changes")
                      ->expected(0, 1);
    for (CLI::Option* each : excluded) {
        watch->excludes(each);
    }
    app.add_option("--for", flags.watch_for, "End --watch after this long")->needs(watch);
}

void add_flags(CLI::App& app, DoctorFlags& flags) {
    app.add_option("relay", flags.target,
                   "A URL, embedded[:PROFILE], or a relay of the configuration; default: the only one of it, or RELAYBENCH_URL");
    app.add_option("--url,--relay", flags.url, "The same, as a flag");
    app.add_option("--key-env", flags.key_env, "Environment variable that holds the API key");
    app.add_option("--key-file", flags.key_file, "File that holds the API key; - reads standard input");
    app.add_option("-m,--model", flags.model, "Model that is to be used");
    app.add_option("--origin", flags.origin, "Origin of a web page: check what browsers may do");
    app.add_option("--cacert", flags.ca_file, "PEM file of the relay's own authorities, instead of the public ones");
    app.add_option("--proxy", flags.proxy, "Forward proxy http://HOST:PORT, or none; default: that of the environment");
    app.add_option("--proxy-auth-env", flags.proxy_auth_env, "Environment variable that holds user:password for the proxy");
    app.add_option("--control", flags.control, "A host to reach as well, HOST[:PORT]: is it the network or the relay? Repeatable");
    app.add_option("--key-format", flags.key_formats, "Regular expression of the keys that this relay takes; repeatable");
    app.add_flag("--allow-intercepted", flags.allow_intercepted, "Send the key through a proxy that opens TLS, if this machine trusts it");
    app.add_option("--only", flags.only, "Only these checks and what they need, such as tls.*; repeatable");
    auto* quick = app.add_flag("--quick", flags.quick, "Without the streaming checks");
    auto* real = app.add_flag("--real", flags.real, "Also ask for a real completion of 64 tokens, which costs them");
    real->excludes(quick);
    app.add_flag("--slow", flags.slow, "Connections may take 10 s here, and everything 40 s longer");
    app.add_flag("--idle", flags.idle, "Also find out how long quiet connections live; takes 130 s more");
    app.add_option("--idle-for", flags.idle_for, "The same, for another time than 130s");
    auto* json = app.add_flag("--json", flags.json, "The result as JSON");
    app.add_flag("--jsonl", flags.jsonl, "Each check as a line of JSON when it ends, then the summary")->excludes(json);
    auto* bundle =
        app.add_option("--bundle", flags.bundle, "Write a .tar.gz for support: reports, timeline, certificates, TCP, DNS, headers");
    app.add_flag("--no-mask", flags.no_mask, "In the bundle: user names, internal host names and private addresses as they are")
        ->needs(bundle);
    add_watch_flags(app, flags, {json, bundle, real});
    app.add_flag("--strict", flags.strict, "Warnings count as failures");
    app.add_flag("--list-checks", flags.list_checks, "What is checked");
    app.add_option("--explain", flags.explain, "What a finding means and what to do, such as dns.nxdomain");
    app.add_flag("--ascii", flags.ascii, "Words instead of symbols");
    app.add_flag("--no-color", flags.no_colour, "No colours");
    app.add_flag("-q,--quiet", flags.quiet, "No progress on standard error");
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("doctor", "Find out why a relay does not work here: who must act, and what still works");
    auto flags = std::make_shared<DoctorFlags>();
    add_flags(*command, *flags);
    command->callback([&invocation, flags] {
        invocation.action = [flags](const Context& context) { return act(with_relay_behind_watch(*flags), context); };
    });
}

}  // namespace relaybench::cli
