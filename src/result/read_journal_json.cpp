#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "result/arm_sum.h"
#include "result/comparison_json.h"
#include "result/fields_json.h"
#include "result/journal.h"
#include "result/journal_lines.h"
#include "result/journal_seal.h"
#include "result/parts_json.h"
#include "result/self_audit.h"

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20U;
constexpr std::size_t kMaxJournalArms = 64;
constexpr std::size_t kMaxJournalGates = 1000;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kMaxSeconds = 1e9;
constexpr std::string_view kOpening = R"({"kind":"journal",)";
constexpr std::string_view kKilled = "killed, or still running: the journal has no end";

/// Lines may each be believable and their sum not.
bool is_beyond_any_run(const ArmResult& arm) {
    const auto is_above = [](std::uint64_t count) { return count > kMaxCount; };
    return std::any_of(arm.outcomes.begin(), arm.outcomes.end(), is_above) ||
           std::any_of(arm.metrics.begin(), arm.metrics.end(),
                       [&](const Distribution& each) {
                           return is_above(each.count()) || is_above(each.censored()) || is_above(each.out_of_range());
                       }) ||
           std::any_of(kCounterFields.begin(), kCounterFields.end(),
                       [&](const CounterField& field) { return is_above(arm.counters.*field.member); }) ||
           std::any_of(arm.series.begin(), arm.series.end(), [&](const SeriesPoint& each) { return is_above(each.chunks); });
}

/// Takes the lines of a journal in order.
class JournalSum {
  public:
    explicit JournalSum(std::string_view name) : name_(name) {}

    /// A line whose checksum holds.
    void add(std::string_view line, std::size_t line_number);
    void add_damaged(std::size_t line_number) {
        damaged_.push_back(line_number);
        last_line_ = line_number;
    }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] core::Expected<RunResult> result() const;

  private:
    void add_header(const Node& root);
    void add_second(const Node& root);
    void add_end(const Node& root);
    void add_object(const Node& root, std::size_t line_number);
    void add_notes(RunResult& result) const;
    [[nodiscard]] std::string damage_text(const std::vector<std::size_t>& lines) const;

    std::string name_;
    std::string problem_;  ///< the first whole line that cannot be used
    bool has_header_ = false;
    bool has_end_ = false;
    std::uint64_t next_number_ = 0;
    std::uint64_t missing_ = 0;
    std::size_t last_line_ = 0;
    std::vector<std::size_t> damaged_;
    RunResult head_;
    std::vector<ArmSum> arms_;
    std::vector<Warning> warnings_;
};

void JournalSum::add(std::string_view line, std::size_t line_number) {
    if (!problem_.empty())
        return;
    const Json json = Json::parse(line, nullptr, false);
    Problems problems;
    const Node root(json, "", problems);
    if (json.is_discarded() || !root.is_object_or_problem()) {
        problem_ = fmt::format("{}: line {} is not JSON", name_, line_number);
        return;
    }
    add_object(root, line_number);
    if (!problems.none() && problem_.empty())
        problem_ = problems.text(fmt::format("{}: line {}", name_, line_number));
    last_line_ = line_number;
}

void JournalSum::add_object(const Node& root, std::size_t line_number) {
    const std::uint64_t number = total(root, "number");
    const std::string kind = root.text("kind", Presence::Required);
    if (number < next_number_ || has_end_) {
        problem_ = fmt::format("{}: line {} has number {} after {}: the file is put together from several", name_, line_number, number,
                               next_number_ - 1);
        return;
    }
    if (!has_header_ && kind != "journal") {
        problem_ = fmt::format("{}: its first line is damaged; without it nothing can be read", name_);
        return;
    }
    missing_ += number - next_number_;
    next_number_ = number + 1;
    if (kind == "journal" && !has_header_) {
        add_header(root);
    } else if (kind == "second") {
        add_second(root);
    } else if (kind == "end") {
        add_end(root);
    } else {
        problem_ = fmt::format("{}: line {} is of the unknown kind \"{}\"", name_, line_number, core::printable(kind, 80));
    }
}

void JournalSum::add_header(const Node& root) {
    const std::uint64_t version = root.count("schema_version", Presence::Required);
    if (version > static_cast<std::uint64_t>(kSchemaVersion)) {
        problem_ = fmt::format("{}: has schema_version {}, written by a newer relaybench; this one reads up to {}", name_, version,
                               kSchemaVersion);
        return;
    }
    has_header_ = true;
    head_.kind = static_cast<ResultKind>(root.one_of("of", kResultKindIds, Presence::Required));
    head_.pairing = read_pairing(root);
    head_.provenance = read_provenance(root.field("provenance"));
    head_.provenance.partial = true;
    head_.provenance.stop_reason = kKilled;
    for (const Node& each : root.list("arms", kMaxJournalArms)) {
        ArmResult names;
        names.name = each.text("name", Presence::Required);
        names.relay = each.text("relay");
        names.dialect = each.text("dialect");
        names.model = each.text("model");
        if (std::any_of(head_.arms.begin(), head_.arms.end(), [&](const ArmResult& other) { return other.name == names.name; }))
            each.problem(fmt::format("a second arm is named \"{}\"", names.name));
        arms_.emplace_back(head_.provenance.seed).add(names);
        head_.arms.push_back(std::move(names));
    }
    if (arms_.empty())
        root.field("arms").problem("missing or empty: a run has at least one arm");
    for (const std::string& gate : root.texts("gates", kMaxJournalGates))
        head_.gates.push_back({.expression = gate, .arm = "", .observed = "", .reason = "not judged yet"});
}

void JournalSum::add_second(const Node& root) {
    const double at_s = root.number("at_s");
    if (at_s > kMaxSeconds)
        root.field("at_s").problem("is longer than any run");
    head_.provenance.duration = core::Duration{static_cast<std::int64_t>(std::min(at_s, kMaxSeconds) * kNanosecondsPerSecond)};
    head_.audit = read_audit(root.field("audit"));
    const auto arms = root.list("arms", kMaxJournalArms);
    if (arms.size() != arms_.size()) {
        root.field("arms").problem(fmt::format("has {} arms, the first line {}", arms.size(), arms_.size()));
        return;
    }
    for (std::size_t i = 0; i < arms.size(); ++i)
        arms_[i].add(read_arm(arms[i]));
}

void JournalSum::add_end(const Node& root) {
    has_end_ = true;
    head_.provenance = read_provenance(root.field("provenance"));
    head_.audit = read_audit(root.field("audit"));
    for (const Node& each : root.list("warnings", kMaxListed))
        warnings_.push_back(read_warning(each));
}

std::string JournalSum::damage_text(const std::vector<std::size_t>& lines) const {
    if (lines.empty())
        return fmt::format("{} line{} of {} {} missing", missing_, missing_ == 1 ? "" : "s", name_, missing_ == 1 ? "is" : "are");
    constexpr std::size_t kMostNamed = 10;
    const std::vector<std::size_t> named(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines.size(), kMostNamed)));
    return fmt::format("line{} {}{} of {} {} damaged", lines.size() == 1 ? "" : "s", fmt::join(named, ", "),
                       lines.size() > kMostNamed ? " and more" : "", name_, lines.size() == 1 ? "is" : "are");
}

void JournalSum::add_notes(RunResult& result) const {
    std::vector<std::size_t> inside;
    std::copy_if(damaged_.begin(), damaged_.end(), std::back_inserter(inside), [&](std::size_t line) { return line < last_line_; });
    if (missing_ > 0 || !inside.empty()) {
        result.provenance.partial = true;
        result.warnings.push_back({"journal_damaged", damage_text(inside) + "; what was counted there is in no figure",
                                   "look after the disk; the rest is whole, as each line has a checksum"});
    }
    if (damaged_.size() > inside.size()) {
        result.warnings.push_back({"journal_torn", fmt::format("the last line of {} is torn, as a crash leaves it", name_),
                                   "nothing to do: what came before is whole, and at most the last second is missing"});
    }
}

core::Expected<RunResult> JournalSum::result() const {
    if (!problem_.empty())
        return core::bad_input(problem_);
    if (!has_header_)
        return core::bad_input(fmt::format("{}: its first line is torn; nothing was measured yet", name_));
    RunResult result = head_;
    for (std::size_t i = 0; i < arms_.size(); ++i) {
        result.arms[i] = arms_[i].result();
        if (is_beyond_any_run(result.arms[i]))
            return core::bad_input(fmt::format("{}: holds more than any run can have", name_));
    }
    judge_generator(result.audit, result.arms);
    result.warnings = warnings_of(result);
    for (const Warning& warning : warnings_) {
        if (!is_found_again(warning.code))
            result.warnings.push_back(warning);
    }
    add_notes(result);
    return result;
}

}  // namespace

bool looks_like_journal(std::string_view beginning) {
    const std::size_t length = std::min(beginning.size(), kOpening.size());
    return length > 0 && beginning.substr(0, length) == kOpening.substr(0, length) && length > std::string_view(R"({"kind)").size();
}

core::Expected<RunResult> read_journal(std::istream& journal, std::string_view name) {
    JournalSum sum(name);
    LineSource lines(journal, kMaxLineBytes);
    while (lines.next() && sum.problem().empty()) {
        if (lines.is_whole() && is_sealed(lines.line())) {
            sum.add(lines.line(), lines.number());
        } else {
            sum.add_damaged(lines.number());
        }
    }
    return sum.result();
}

}  // namespace relaybench::result
