#include "cli/doctor_round.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/wait_line.h"
#include "core/calendar.h"
#include "core/secret_shapes.h"
#include "core/text.h"
#include "doctor/check_choice.h"
#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "doctor/this_network.h"
#include "result/diagnosis_json.h"
#include "wire/proxy.h"

namespace relaybench::cli {
namespace {

using result::CheckResult;
using result::CheckStatus;

/// The steps of the way are worth a word only where it ends early.
std::vector<std::string> what_works(const std::vector<CheckResult>& checks) {
    struct Working {
        std::string_view check;
        std::string_view words;
        enum class Said : std::uint8_t { Always, WithFailure } said = Said::Always;
    };
    using Said = Working::Said;
    constexpr std::array kWorking = {Working{"dns.system", "the relay's name is resolved", Said::WithFailure},
                                     Working{"tcp.443", "its port can be reached", Said::WithFailure},
                                     Working{"proxy.connect", "the proxy opens the way", Said::WithFailure},
                                     Working{"tls.verify", "TLS stands, and its certificate is trusted", Said::WithFailure},
                                     Working{"http.identity", "the relay answers", Said::WithFailure},
                                     Working{"http.auth", "requests with this key are answered"},
                                     Working{"sse.timing", "SSE streams arrive as they are sent"},
                                     Working{"ws.echo", "WebSocket works"}};
    const bool failed = std::ranges::find(checks, CheckStatus::Fail, &CheckResult::status) != checks.end();
    std::vector<std::string> works;
    for (const Working& each : kWorking) {
        const auto at = std::ranges::find(checks, each.check, &CheckResult::id);
        if (at != checks.end() && at->status == CheckStatus::Pass && (failed || each.said == Said::Always)) {
            works.emplace_back(each.words);
        }
    }
    for (const CheckResult& check : checks) {
        if (!check.works.empty()) {
            works.push_back(check.works);
        }
    }
    return works;
}

/// In the order of the catalogue; what has not ended is skipped.
std::vector<CheckResult> with_unfinished(const std::vector<doctor::Check>& checks, const std::vector<CheckResult>& ended) {
    std::vector<CheckResult> results;
    for (const doctor::Check& check : checks) {
        const auto at = std::ranges::find(ended, check.id, &CheckResult::id);
        results.push_back(
            at != ended.end()
                ? *at
                : CheckResult{.id = std::string(check.id), .category = std::string(check.category), .blocked_by = "interrupted"});
    }
    return results;
}

/// The first of these variables that is set decides (POSIX); where none is, nothing speaks against it.
bool shows_unicode(const Context& context) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (const auto value = context.environment(name); value && !value->empty()) {
            const std::string locale = core::lowercase(*value);
            return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
        }
    }
    return true;
}

/// Reads along while an examination goes on.
class Reader {
  public:
    Reader(const Round& round, const result::Diagnosis& diagnosis, const std::vector<doctor::Check>& checks)
        : round_(round), diagnosis_(diagnosis), checks_(checks), waiting_(round.context) {}

    void on_result(CheckResult result) {
        result::scrub(result, round_.secrets);
        if (round_.flags.jsonl > 0 && !round_.flags.watch) {
            waiting_.clear();
            round_.context.out << result::check_line(diagnosis_.run_id, result) << std::flush;
        }
        ended_.push_back(std::move(result));
    }

    void on_wait(const std::vector<std::string_view>& running, core::Duration elapsed) {
        if (round_.control.level() == run::StopLevel::Immediate) {
            waiting_.clear();
            result::Diagnosis known = diagnosis_;
            known.checks = with_unfinished(checks_, ended_);
            round_.at_second_interrupt(known);
        }
        if (round_.flags.quiet == 0 && !round_.flags.watch) {
            waiting_.show(running, elapsed);
        }
    }

  private:
    const Round& round_;
    const result::Diagnosis& diagnosis_;
    const std::vector<doctor::Check>& checks_;
    WaitLine waiting_;
    std::vector<CheckResult> ended_;
};

}  // namespace

std::vector<core::Secret> secrets_of(const doctor::Subject& subject) {
    std::vector<core::Secret> secrets;
    const auto add = [&secrets](const core::Secret& secret) {
        auto forms = core::forms_of(secret);
        std::ranges::move(forms, std::back_inserter(secrets));
    };
    const auto add_login = [&add](const std::string& proxy) {
        const std::string login(wire::split_proxy(proxy).login);
        add(core::Secret(login));
        add(core::Secret(login.substr(login.find(':') + 1)));
    };
    for (const auto& source : subject.keys) {
        add(source.key);
    }
    if (subject.proxy && !subject.proxy->credentials.empty()) {
        const std::string& login = subject.proxy->credentials.reveal();
        add(subject.proxy->credentials);
        const std::string basic = wire::basic_authorization(subject.proxy->credentials);
        add(core::Secret(login.substr(login.find(':') + 1)));
        secrets.emplace_back(basic.substr(basic.find(' ') + 1));
    }
    // As they are written there, which is not always as they were read: another program's proxy may be in it, or one that cannot be read.
    for (const std::string_view name : wire::kProxyVariables) {
        add_login(subject.environment ? subject.environment(std::string(name)).value_or("") : "");
    }
    for (const doctor::ProxyVariable& each : doctor::system_proxies(subject)) {
        add_login(each.value);
    }
    return secrets;
}

result::Diagnosis begun_diagnosis(const doctor::Subject& subject, const Context& context) {
    result::Diagnosis diagnosis;
    diagnosis.tool_version = RELAYBENCH_VERSION;
    diagnosis.started_at = core::utc_text(context.clock.wall_now());
    diagnosis.run_id = fmt::format("{:x}", context.clock.wall_now().time_since_epoch().count());
    diagnosis.target = doctor::shown_url(subject.url);
    diagnosis.network = doctor::network_fingerprint(subject);
    diagnosis.mode = subject.idle ? "idle" : subject.quick ? "quick" : "default";
    return diagnosis;
}

doctor::Facts examine(const Round& round, result::Diagnosis& diagnosis) {
    const auto checks = doctor::chosen_checks(doctor::catalogue(), round.flags.only, round.subject);
    Reader reader(round, diagnosis, checks);
    doctor::Watcher watcher;
    watcher.stop = round.subject.interrupted;
    watcher.on_wait = [&](const auto& running, core::Duration elapsed) { reader.on_wait(running, elapsed); };
    watcher.on_result = [&](const CheckResult& result) { reader.on_result(result); };
    doctor::Facts facts;
    watcher.on_facts = [&](doctor::Facts learned) { facts = std::move(learned); };
    diagnosis.checks = doctor::examine(round.subject, checks, round.context.clock, watcher);
    diagnosis.works = what_works(diagnosis.checks);
    for (const CheckResult& check : diagnosis.checks) {
        diagnosis.not_checked.insert(diagnosis.not_checked.end(), check.unchecked.begin(), check.unchecked.end());
    }
    result::scrub(diagnosis, round.secrets);
    return facts;
}

report::Layout layout_of(const DoctorFlags& flags, const Context& context) {
    constexpr unsigned kWidest = 120;
    report::Layout layout;
    layout.width = std::min(context.out_traits.columns, kWidest);
    layout.symbols = flags.ascii > 0 || !shows_unicode(context) ? report::Symbols::Ascii : report::Symbols::Unicode;
    if (context.out_traits.colour && flags.no_colour == 0) {
        layout.palette = report::Palette::ansi();
    }
    return layout;
}

ExitCode exit_code_of(const result::Diagnosis& diagnosis, const DoctorFlags& flags) {
    switch (diagnosis.status()) {
        case CheckStatus::Fail:
            return ExitCode::JudgedBad;
        case CheckStatus::Inconclusive:
            return ExitCode::Inconclusive;
        case CheckStatus::Warn:
            return flags.strict > 0 ? ExitCode::JudgedBad : ExitCode::Done;
        default:
            return ExitCode::Done;
    }
}

}  // namespace relaybench::cli
