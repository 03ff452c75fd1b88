#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/doctor_subject.h"
#include "cli/signal_watch.h"
#include "core/calendar.h"
#include "core/text.h"
#include "core/units.h"
#include "doctor/finding_codes.h"
#include "doctor/runner.h"
#include "doctor/shown.h"
#include "report/terminal_doctor.h"
#include "report/wrap.h"
#include "result/diagnosis_json.h"

namespace relaybench::cli {

namespace {

constexpr unsigned kWidest = 120;
constexpr core::Duration kPatience = std::chrono::seconds(2);

report::Layout layout_of(const DoctorFlags& flags, const Context& context) {
    report::Layout layout;
    layout.width = std::min(context.out_traits.columns, kWidest);
    layout.symbols = flags.ascii > 0 ? report::Symbols::Ascii : report::Symbols::Unicode;
    if (context.out_traits.colour && flags.no_colour == 0) {
        layout.palette = report::Palette::ansi();
    }
    return layout;
}

ExitCode list_checks(const Context& context) {
    for (const auto& check : doctor::catalogue()) {
        context.out << fmt::format("{:<20} {}\n", check.id, check.question);
    }
    return ExitCode::Done;
}

ExitCode explain(const std::string& code, const Context& context) {
    const auto* found = doctor::finding_code(code);
    if (found == nullptr) {
        std::vector<std::string_view> known;
        for (const auto& each : doctor::finding_codes()) {
            known.push_back(each.code);
        }
        return report_error(context, {core::ErrorKind::BadInput, fmt::format("--explain: there is no finding \"{}\"{}",
                                                                             core::printable(code, 60), core::did_you_mean(code, known))});
    }
    const std::size_t width = std::min(context.out_traits.columns, kWidest);
    context.out << fmt::format("{}: {}\n", found->code, found->title) << report::wrapped("  ", found->meaning, width)
                << report::wrapped("  Who must act: ", result::party_id(found->who), width)
                << report::wrapped("  What to do: ", found->fix, width);
    return ExitCode::Done;
}

/// After two seconds, and then once a second: what it waits for.
class WaitLine {
  public:
    explicit WaitLine(const Context& context) : context_(context) {}
    ~WaitLine() { clear(); }
    WaitLine(const WaitLine&) = delete;
    WaitLine& operator=(const WaitLine&) = delete;

    void show(const std::vector<std::string_view>& running, core::Duration elapsed) {
        if (elapsed < kPatience || elapsed - last_ < std::chrono::seconds(1)) {
            return;
        }
        last_ = elapsed;
        const auto text =
            fmt::format("waiting for {} ({} s)", core::listed(running), std::chrono::duration_cast<std::chrono::seconds>(elapsed).count());
        if (context_.err_traits.is_terminal) {
            context_.err << "\r\x1b[K" << core::printable(text, context_.err_traits.columns - 1) << std::flush;
            drawn_ = true;
        } else {
            context_.err << "relaybench: " << text << '\n';
        }
    }
    void clear() {
        if (drawn_) {
            context_.err << "\r\x1b[K" << std::flush;
            drawn_ = false;
        }
    }

  private:
    const Context& context_;
    core::Duration last_{0};
    bool drawn_ = false;
};

std::vector<std::string> what_works(const std::vector<result::CheckResult>& checks) {
    const auto passed = [&](std::string_view id) {
        return std::any_of(checks.begin(), checks.end(),
                           [&](const auto& check) { return check.id == id && check.status == result::CheckStatus::Pass; });
    };
    std::vector<std::string> works;
    if (passed("http.auth")) {
        works.emplace_back("requests with this key are answered");
    }
    if (passed("sse.timing")) {
        works.emplace_back("SSE streams arrive as they are sent");
    }
    if (passed("ws.echo")) {
        works.emplace_back("WebSocket works");
    }
    for (const auto& check : checks) {
        if (!check.works.empty()) {
            works.push_back(check.works);
        }
    }
    return works;
}

/// Every form in which a key or a password could come back.
std::vector<core::Secret> secrets_of(const doctor::Subject& subject) {
    std::vector<core::Secret> secrets;
    for (const auto& source : subject.keys) {
        secrets.push_back(source.key);
        secrets.emplace_back(std::string(core::trimmed(source.key.reveal())));
    }
    if (subject.proxy && !subject.proxy->credentials.empty()) {
        const std::string& login = subject.proxy->credentials.reveal();
        secrets.push_back(subject.proxy->credentials);
        secrets.emplace_back(login.substr(login.find(':') + 1));
        secrets.emplace_back(wire::basic_authorization(subject.proxy->credentials));
    }
    return secrets;
}

result::Diagnosis diagnose(const DoctorFlags& flags, const doctor::Subject& subject, const doctor::Watcher& watcher,
                           const Context& context) {
    result::Diagnosis diagnosis;
    diagnosis.tool_version = RELAYBENCH_VERSION;
    diagnosis.started_at = core::utc_text(context.clock.wall_now());
    diagnosis.run_id = fmt::format("{:x}", context.clock.wall_now().time_since_epoch().count());
    diagnosis.target = doctor::shown_url(subject.url);
    diagnosis.mode = subject.idle ? "idle" : subject.quick ? "quick" : "default";
    const auto checks = doctor::chosen_checks(doctor::catalogue(), flags.only, subject);
    diagnosis.checks = doctor::examine(subject, checks, context.clock, watcher);
    diagnosis.works = what_works(diagnosis.checks);
    result::scrub(diagnosis, secrets_of(subject));
    return diagnosis;
}

ExitCode exit_code_of(const result::Diagnosis& diagnosis, const DoctorFlags& flags) {
    switch (diagnosis.status()) {
        case result::CheckStatus::Fail:
            return ExitCode::JudgedBad;
        case result::CheckStatus::Inconclusive:
            return ExitCode::Inconclusive;
        case result::CheckStatus::Warn:
            return flags.strict > 0 ? ExitCode::JudgedBad : ExitCode::Done;
        default:
            return ExitCode::Done;
    }
}

std::optional<core::Error> unknown_pattern(const DoctorFlags& flags, const doctor::Subject& subject) {
    for (const auto& pattern : flags.only) {
        if (doctor::chosen_checks(doctor::catalogue(), {pattern}, subject).empty()) {
            return core::Error{
                core::ErrorKind::BadInput,
                fmt::format("--only: no check is called \"{}\"; see: relaybench doctor --list-checks", core::printable(pattern, 60))};
        }
    }
    return std::nullopt;
}

ExitCode examine_relay(const DoctorFlags& flags, const Context& context) {
    run::Control control;
    const SignalWatch signals(control);
    auto made = doctor_subject(flags, context);
    if (!made) {
        return report_error(context, made.error());
    }
    if (const auto problem = unknown_pattern(flags, made->subject)) {
        return report_error(context, *problem);
    }
    WaitLine waiting(context);
    doctor::Watcher watcher;
    watcher.stop = [&] { return signals.caught().has_value(); };
    made->subject.interrupted = watcher.stop;
    if (flags.quiet == 0) {
        watcher.on_wait = [&](const auto& running, core::Duration elapsed) { waiting.show(running, elapsed); };
    }
    const result::Diagnosis diagnosis = diagnose(flags, made->subject, watcher, context);
    waiting.clear();
    context.out << (flags.json > 0 ? result::to_json(diagnosis) : report::terminal_doctor(diagnosis, layout_of(flags, context)));
    context.out.flush();
    if (const auto signal = signals.caught()) {
        return *signal == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted;
    }
    return exit_code_of(diagnosis, flags);
}

ExitCode act(const DoctorFlags& flags, const Context& context) {
    if (flags.list_checks > 0) {
        return list_checks(context);
    }
    return flags.explain ? explain(*flags.explain, context) : examine_relay(flags, context);
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
    app.add_option("--only", flags.only, "Only these checks and what they need, such as tls.*; repeatable");
    app.add_flag("--quick", flags.quick, "Without the streaming checks");
    app.add_flag("--idle", flags.idle, "Also find out how long quiet connections live; takes 130 s more");
    app.add_option("--idle-for", flags.idle_for, "The same, for another time than 130s");
    app.add_flag("--json", flags.json, "The result as JSON");
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
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return act(*flags, context); }; });
}

}  // namespace relaybench::cli
