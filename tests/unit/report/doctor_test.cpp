#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "core/text.h"
#include "report/doctor_watch.h"
#include "report/terminal_doctor.h"
#include "support/sample_diagnosis.h"

namespace core = relaybench::core;
namespace report = relaybench::report;
namespace result = relaybench::result;
namespace test = relaybench::test;
using report::Detail;
using report::Symbols;

namespace {

/// As the other golden files of this folder: RELAYBENCH_UPDATE_GOLDEN=1 writes them anew.
void check_doctor_golden(const std::string& name, const std::string& now) {
    const std::string path = std::string(RELAYBENCH_SOURCE_DIR) + "/tests/unit/report/golden/" + name;
    if (std::getenv("RELAYBENCH_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << now;
    }
    std::ifstream file(path);
    std::stringstream expected;
    expected << file.rdbuf();
    CHECK_MESSAGE(now == expected.str(), name, ":\n", now);
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Commands are never broken, so they do not count.
std::size_t widest_but_commands(const std::string& text, const result::Diagnosis& diagnosis) {
    std::size_t widest = 0;
    for (const std::string_view line : core::split(text, '\n')) {
        const bool command = std::ranges::any_of(diagnosis.checks, [line](const result::CheckResult& check) {
            return std::ranges::any_of(check.findings, [line](const result::Finding& finding) {
                return std::ranges::find(finding.commands, core::trimmed(line)) != finding.commands.end();
            });
        });
        widest = command ? widest : std::max(widest, core::display_width(line));
    }
    return widest;
}

result::Diagnosis with_every_status() {
    using result::CheckStatus;
    result::Diagnosis diagnosis = test::intercepted_diagnosis();
    for (const auto& [id, status] : {std::pair{"http.version", CheckStatus::Info}, std::pair{"tcp.control", CheckStatus::Inconclusive},
                                     std::pair{"http.body", CheckStatus::Error}}) {
        diagnosis.checks.push_back(test::passed(id, "a summary that is long enough to be wrapped on a narrow terminal of eighty columns"));
        diagnosis.checks.back().status = status;
    }
    return diagnosis;
}

}  // namespace

TEST_CASE("terminal doctor: a failing examination at 80 columns, root cause first") {
    check_doctor_golden("doctor_fail_80.txt", report::terminal_doctor(test::intercepted_diagnosis(), {.width = 80}));
}

TEST_CASE("terminal doctor: the same at 120 columns") {
    check_doctor_golden("doctor_fail_120.txt", report::terminal_doctor(test::intercepted_diagnosis(), {.width = 120}));
}

TEST_CASE("terminal doctor: the same in ASCII, with words in place of symbols") {
    const std::string text = report::terminal_doctor(test::intercepted_diagnosis(), {.width = 80, .symbols = Symbols::Ascii});
    check_doctor_golden("doctor_fail_ascii.txt", text);
    CHECK(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_CASE("terminal doctor: a healthy examination at 80 and 120 columns") {
    check_doctor_golden("doctor_pass_80.txt", report::terminal_doctor(test::healthy_diagnosis(), {.width = 80}));
    check_doctor_golden("doctor_pass_120.txt", report::terminal_doctor(test::healthy_diagnosis(), {.width = 120}));
}

TEST_CASE("terminal doctor: a fault of the relay ends in a text for its support") {
    check_doctor_golden("doctor_relay_80.txt", report::terminal_doctor(test::expired_diagnosis(), {.width = 80}));
}

TEST_CASE("terminal doctor: nothing is to be forwarded when the user must act, or nothing failed") {
    result::Diagnosis diagnosis = test::intercepted_diagnosis();
    diagnosis.checks[3].findings[0].who = result::Party::You;
    const std::string text = report::terminal_doctor(diagnosis, {});
    CHECK_FALSE(holds(text, "For your IT department"));
    CHECK_FALSE(holds(text, "For the relay's support"));
    CHECK_FALSE(holds(report::terminal_doctor(test::healthy_diagnosis(), {}), "For "));
}

TEST_CASE("terminal doctor: every line fits, whatever the status") {
    for (const std::size_t width : {std::size_t{60}, std::size_t{80}, std::size_t{120}}) {
        for (const result::Diagnosis& diagnosis : {with_every_status(), test::healthy_diagnosis(), test::expired_diagnosis()}) {
            CAPTURE(width);
            CHECK(widest_but_commands(report::terminal_doctor(diagnosis, {.width = width}), diagnosis) <= width);
        }
    }
}

TEST_CASE("terminal doctor: a long word without blanks is broken, a command never") {
    result::Diagnosis diagnosis = test::intercepted_diagnosis();
    diagnosis.target = "https://relay.example/" + std::string(300, 'a');
    diagnosis.checks[3].findings[0].commands = {"echo " + std::string(100, 'b')};
    const std::string text = report::terminal_doctor(diagnosis, {.width = 80});
    CHECK(widest_but_commands(text, diagnosis) <= 80);
    CHECK(holds(text, "echo " + std::string(100, 'b') + "\n"));
}

TEST_CASE("terminal doctor: every status has a word beside its symbol") {
    const std::string text = report::terminal_doctor(with_every_status(), {.width = 120});
    for (const std::string_view marked : {"✓ pass", "i info", "! warn", "✗ fail", "- skip", "? inconclusive", "☠ error"}) {
        CHECK(holds(text, marked));
    }
}

TEST_CASE("terminal doctor: a skipped check names what blocks it") {
    CHECK(holds(report::terminal_doctor(test::intercepted_diagnosis(), {}), "blocked by tls.verify"));
}

TEST_CASE("terminal doctor: what passed shows its evidence only when asked for") {
    CHECK_FALSE(holds(report::terminal_doctor(test::healthy_diagnosis(), {}), "round trip"));
    CHECK(holds(report::terminal_doctor(test::healthy_diagnosis(), {.detail = Detail::Verbose}), "round trip: 22 ms"));
}

TEST_CASE("terminal doctor: quiet is the verdict alone") {
    const std::string text = report::terminal_doctor(test::intercepted_diagnosis(), {.detail = Detail::Quiet});
    CHECK(text.starts_with("✗ fail  Someone between here and the relay answers"));
    CHECK_FALSE(holds(text, "key.present"));
}

TEST_CASE("terminal doctor: what was not decided is never called well") {
    result::Diagnosis diagnosis = test::healthy_diagnosis();
    diagnosis.checks[4].status = result::CheckStatus::Inconclusive;
    CHECK(report::terminal_doctor(diagnosis, {}).starts_with("? inconclusive  Nothing failed, but it cannot be said"));
    CHECK(report::terminal_doctor(result::Diagnosis{}, {}).starts_with("? inconclusive  Nothing was checked."));
}

TEST_CASE("terminal doctor: what works is still so only after a failure") {
    result::Diagnosis diagnosis = test::healthy_diagnosis();
    diagnosis.works = {"Streams arrive in time."};
    CHECK(holds(report::terminal_doctor(diagnosis, {}), "\n  Works         Streams arrive in time.\n"));
    diagnosis.checks[0].status = result::CheckStatus::Warn;
    CHECK(report::terminal_doctor(diagnosis, {}).starts_with("! warn  Nothing failed, but something should be changed."));
}

TEST_CASE("terminal doctor: text from outside cannot control the terminal") {
    result::Diagnosis diagnosis = test::intercepted_diagnosis();
    diagnosis.target = "https://x\x1b[31m/";
    diagnosis.works = {"\x1b]0;title\x07"};
    for (result::CheckResult& check : diagnosis.checks) {
        check.id += "\x1b[2J";
        check.summary = "a\x1b[2Jb\r\nc";
        check.evidence = {{"na\x1bme", "val\x1b[1mue"}};
    }
    diagnosis.checks[3].findings[0].commands = {"ls\x1b[2J"};
    CHECK_FALSE(holds(report::terminal_doctor(diagnosis, {}), "\x1b"));
}

TEST_CASE("terminal doctor: colour changes no text") {
    const std::string coloured = report::terminal_doctor(test::intercepted_diagnosis(), {.palette = report::Palette::ansi()});
    std::string bare;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b') {
            i = coloured.find('m', i);
        } else {
            bare += coloured[i];
        }
    }
    CHECK(bare == report::terminal_doctor(test::intercepted_diagnosis(), {}));
}

TEST_CASE("doctor watch: a line with the time, what it was before, and the cause with what to do") {
    const auto healthy = test::healthy_diagnosis();
    const auto expired = test::expired_diagnosis();
    CHECK(report::watch_lines(nullptr, healthy, {}) == "2026-11-21T14:30:00Z  ✓ pass  https://relay.example/v1 is watched\n");
    CHECK(report::watch_lines(&healthy, expired, {}) ==
          "2026-11-21T14:30:00Z  ✗ fail  was pass\n"
          "  tls.expired: The certificate of relay.example expired on 2026-11-20.\n"
          "  Report it to the relay.\n");
    CHECK(report::watch_lines(&expired, healthy, {}) == "2026-11-21T14:30:00Z  ✓ pass  was fail (tls.expired)\n");
}
