#include "cli/doctor_examination.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "cli/doctor_bundle.h"
#include "cli/doctor_round.h"
#include "cli/doctor_watch.h"
#include "cli/output_spec.h"
#include "core/text.h"
#include "doctor/check.h"
#include "doctor/check_choice.h"
#include "report/terminal_doctor.h"
#include "result/diagnosis_json.h"
#include "wire/url.h"

namespace relaybench::cli {

namespace {

void print(const result::Diagnosis& diagnosis, const DoctorFlags& flags, const Context& context) {
    if (flags.jsonl > 0) {
        context.out << result::summary_line(diagnosis);
    } else {
        context.out << (flags.json > 0 ? result::to_json(diagnosis) : report::terminal_doctor(diagnosis, layout_of(flags, context)));
    }
    context.out.flush();
}

std::string_view why_not_chosen(doctor::Check::Kind kind) {
    switch (kind) {
        case doctor::Check::Kind::Idle:
            return "runs with --idle only; add --idle";
        case doctor::Check::Kind::Control:
            return "runs with control hosts only; add --control HOST";
        case doctor::Check::Kind::Real:
            return "costs tokens and runs when asked for only; add --real";
        default:
            return "is a check of streams, which --quick and --watch leave out";
    }
}

std::optional<core::Error> pattern_problem(const std::string& pattern, const doctor::Subject& subject) {
    const std::string shown = core::printable(pattern, 60);
    if (!doctor::chosen_checks(doctor::catalogue(), {pattern}, subject).empty()) {
        return std::nullopt;
    }
    const auto catalogue = doctor::catalogue();
    const auto named = std::ranges::find_if(catalogue, [&](const doctor::Check& check) { return doctor::is_named(check.id, pattern); });
    if (named == catalogue.end()) {
        std::vector<std::string_view> ids;
        std::ranges::transform(catalogue, std::back_inserter(ids), &doctor::Check::id);
        return core::Error{core::ErrorKind::BadInput,
                           fmt::format("--only: no check is called \"{}\"{}; see: relaybench doctor --list-checks", shown,
                                       core::did_you_mean(pattern, ids))};
    }
    return core::Error{core::ErrorKind::BadInput, fmt::format("--only: \"{}\" {}", shown, why_not_chosen(named->kind))};
}

std::optional<core::Error> flag_problem(const DoctorFlags& flags, const doctor::Subject& subject) {
    for (const auto& pattern : flags.only) {
        if (auto problem = pattern_problem(pattern, subject)) {
            return problem;
        }
    }
    return std::nullopt;
}

std::optional<core::Error> ca_file_problem(const std::string& path) {
    const std::string shown = core::printable(path, 200);
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return core::Error{core::ErrorKind::BadInput, fmt::format("--cacert: \"{}\" is a folder; name a PEM file", shown)};
    }
    if (::access(path.c_str(), R_OK) == 0) {
        return std::nullopt;
    }
    return core::Error{core::ErrorKind::BadInput,
                       fmt::format("--cacert: \"{}\" cannot be read: {}", shown, std::generic_category().message(errno))};
}

/// What can be told from the flags alone, before anybody is asked and a relay is started.
std::optional<core::Error> path_problem(const DoctorFlags& flags) {
    if (flags.bundle) {
        if (const auto problem = output_problem("--bundle", *flags.bundle)) {
            return core::Error{core::ErrorKind::BadInput, *problem};
        }
    }
    return flags.ca_file ? ca_file_problem(*flags.ca_file) : std::nullopt;
}

/// As browsers send it: scheme, host and port, and no path; or "null" (RFC 6454 §7). Applications have schemes of their own.
bool is_origin(const std::string& text) {
    const std::size_t scheme_ends = text.find("://");
    if (scheme_ends == std::string::npos || scheme_ends == 0) {
        return text == "null";
    }
    if (text.starts_with("ws://") || text.starts_with("wss://")) {
        return false;  // a page has no such address: somebody gave the relay's
    }
    const std::string host = text.substr(scheme_ends + 3);
    const auto is_plain = [](unsigned char letter) { return letter > ' ' && letter < 0x7F; };
    return !host.empty() && host.find_first_of("/?#@") == std::string::npos && std::all_of(text.begin(), text.end(), is_plain);
}

std::optional<core::Error> origin_problem(const std::string& origin) {
    if (is_origin(origin)) {
        return std::nullopt;
    }
    return core::Error{
        core::ErrorKind::BadInput,
        fmt::format("--origin: \"{}\" is no origin of a web page, expected SCHEME://HOST[:PORT] such as https://app.example, or null",
                    core::printable(origin, 80))};
}

std::optional<core::Error> early_problem(const DoctorFlags& flags) {
    if (auto problem = path_problem(flags)) {
        return problem;
    }
    if (auto problem = watch_problem(flags)) {
        return problem;
    }
    return flags.origin ? origin_problem(*flags.origin) : std::nullopt;
}

ExitCode code_of_signal(int signal) { return signal == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted; }

/// The report is out by now: a bundle that cannot be written loses nothing, but it is not there, and the exit code says so.
std::optional<ExitCode> failed_to_bundle(const Round& round, const doctor::Facts& facts, const result::Diagnosis& diagnosis) {
    const auto names = round.flags.no_mask > 0 ? BundleSource::Names::Shown : BundleSource::Names::Masked;
    const auto files = bundle_files({round.subject, round.secrets, names}, facts, diagnosis, round.context);
    const auto written = write_bundle(*round.flags.bundle, files, round.context);
    if (written) {
        return std::nullopt;
    }
    return report_error(round.context, {core::ErrorKind::Failure, fmt::format("--bundle: {}", written.error().message)});
}

ExitCode examine_once(const Round& round) {
    result::Diagnosis diagnosis = begun_diagnosis(round.subject, round.context);
    const doctor::Facts facts = examine(round, diagnosis);
    print(diagnosis, round.flags, round.context);
    if (round.flags.bundle) {
        if (const auto code = failed_to_bundle(round, facts, diagnosis)) {
            return *code;
        }
    }
    const auto signal = round.signals.caught();
    return signal ? code_of_signal(*signal) : exit_code_of(diagnosis, round.flags);
}

}  // namespace

ExitCode examine_relay(const DoctorFlags& flags, const Context& context) {
    if (const auto problem = early_problem(flags)) {
        return report_error(context, *problem);
    }
    run::Control control;
    const SignalWatch signals(control);
    auto made = wanted_subject(flags, context);
    if (!made) {
        return report_error(context, made.error());
    }
    if (flags.watch) {
        // A look every few seconds must not cost a stream each time.
        made->subject.quick = true;
        made->subject.idle = false;
    }
    made->subject.interrupted = [&signals] { return signals.caught().has_value(); };
    if (const auto problem = flag_problem(flags, made->subject)) {
        return report_error(context, *problem);
    }
    if (const auto completed = complete_subject(*made, context); !completed) {
        return report_error(context, completed.error());
    }
    const auto secrets = secrets_of(made->subject);
    const Round round{.flags = flags,
                      .subject = made->subject,
                      .secrets = secrets,
                      .control = control,
                      .signals = signals,
                      .context = context,
                      .at_second_interrupt = [&](const result::Diagnosis& known) {
                          print(known, flags, context);
                          if (flags.bundle) {
                              // What checks have learned is theirs until the last one ends.
                              context.err << "relaybench: --bundle: interrupted twice, so none was written\n";
                          }
                          context.err.flush();
                          // Threads of checks still wait for peers; nothing of them is worth waiting for.
                          std::_Exit(static_cast<int>(code_of_signal(signals.caught().value_or(SIGINT))));
                      }};
    return flags.watch ? watch_relay(round) : examine_once(round);
}

}  // namespace relaybench::cli
