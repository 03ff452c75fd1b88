#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "core/text.h"

namespace relaybench::cli {

namespace {

constexpr std::array kCommands{add_run_command,   add_compare_command,   add_gate_command,      add_report_command, add_merge_command,
                               add_relay_command, add_calibrate_command, add_scenarios_command, add_doctor_command};

std::string exit_codes_text() {
    return "Exit codes: 0 done and all gates passed, 1 relaybench failed, 2 bad input (nothing was sent),\n"
           "98 inconclusive, 99 a gate or check failed, 130/143 interrupted (partial result written).";
}

void describe(CLI::App& app, Invocation& invocation) {
    app.set_version_flag("--version", std::string("relaybench ") + RELAYBENCH_VERSION);
    app.require_subcommand(0, 1);
    app.footer(exit_codes_text());
    for (const auto add : kCommands) {
        add(app, invocation);
    }
}

/// The word that no command or flag is called, with the nearest that one is.
std::string unknown_word(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    const auto* command = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    for (const auto* sub : command->get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(sub->get_name());
    }
    for (const auto* option : command->get_options()) {
        for (const auto& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    return fmt::format("unknown {} \"{}\"{}", word.rfind('-', 0) == 0 ? "flag" : "argument", word, core::did_you_mean(word, known));
}

/// CLI11 tells what it did not expect in words only: "The following argument was not expected: --x". Of several the flag counts: the words
/// after an unknown one are its values.
std::optional<std::string> unexpected_word(const CLI::ParseError& error) {
    const std::string text = error.what();
    const auto colon = text.find(" not expected: ");
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    const auto list = text.substr(text.find(": ", colon) + 2);
    const auto words = core::split(list, ' ');
    const auto flag = std::find_if(words.begin(), words.end(), [](std::string_view word) { return word.starts_with('-'); });
    return std::string(flag != words.end() ? *flag : words.front());
}

ExitCode report_parse_error(const CLI::App& app, const CLI::ParseError& error, const Context& context) {
    if (error.get_exit_code() == 0) {
        std::ostringstream help;
        app.exit(error, help, help);
        context.out << for_locale(help.str(), context.out_traits) << std::flush;
        return ExitCode::Done;
    }
    const auto word = unexpected_word(error);
    const auto text = word ? unknown_word(app, *word) : core::printable(error.what(), 400);
    const auto* command = app.get_subcommands().empty() ? nullptr : app.get_subcommands().front();
    return report_error(context, {core::ErrorKind::BadInput,
                                  fmt::format("{}; see: relaybench {}--help", text, command == nullptr ? "" : command->get_name() + " ")});
}

ExitCode parse_and_act(int argc, const char* const* argv, const Context& context) {
    CLI::App app{"Measures LLM API relays: time to first token, inter-chunk gaps, failures; over SSE and WebSocket.", "relaybench"};
    Invocation invocation;
    describe(app, invocation);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return report_parse_error(app, error, context);
    }
    if (!invocation.action) {
        context.out << for_locale(app.help(), context.out_traits) << std::flush;
        return ExitCode::BadInput;
    }
    return invocation.action(context);
}

/// A reader that went away, as `head` does, wanted no more. A full disk has lost what somebody waits for.
bool is_written(const Context& context) {
    context.out.flush();
    return context.out.good() || is_reader_gone();
}

}  // namespace

ExitCode run_command_line(int argc, const char* const* argv, const Context& context) {
    try {
        const ExitCode code = parse_and_act(argc, argv, context);
        return is_written(context) ? code : report_error(context, {core::ErrorKind::Failure, "the output could not be written in full"});
    } catch (const std::exception& error) {
        return report_error(context, {core::ErrorKind::Failure, fmt::format("unexpected: {}", core::printable(error.what(), 400))});
    }
}

}  // namespace relaybench::cli
