#include "relay/doctor_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::relay {
namespace {

constexpr std::uint32_t kMostEvents = 1000;
constexpr std::uint32_t kLongestWaitMs = 2'000'000;
constexpr std::uint32_t kMostPadBytes = 16'384;
constexpr std::size_t kLongestStreamId = 64;
constexpr std::size_t kShownQueryBytes = 80;

constexpr auto kStreamNames =
    std::to_array<std::string_view>({"events", "interval_ms", "lead_ms", "pad_bytes", "keepalive_ms", "id", "buffering", "gzip"});
constexpr auto kGzipWords = std::to_array<std::string_view>({"never", "flushed", "unflushed"});
constexpr auto kSocketNames = std::to_array<std::string_view>({"mode", "events", "interval_ms", "heartbeat_ms"});

bool is_id_character(char character) {
    const bool letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    return letter || (character >= '0' && character <= '9') || character == '-';
}

bool is_stream_id(std::string_view text) {
    return !text.empty() && text.size() <= kLongestStreamId && std::all_of(text.begin(), text.end(), is_id_character);
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Reads parameters by name and remembers what is wrong with them. Values are taken as they are: none of those that would be accepted
/// needs percent-encoding.
class QueryReader {
  public:
    QueryReader(std::string_view target, std::span<const std::string_view> names) {
        const std::size_t mark = target.find('?');
        if (mark == std::string_view::npos) {
            return;
        }
        for (const std::string_view pair : core::split(target.substr(mark + 1), '&')) {
            const std::size_t equals = std::min(pair.find('='), pair.size());
            add({pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))}, names);
        }
    }

    void read(std::string_view name, std::uint32_t highest, std::uint32_t& into) {
        const auto text = value(name);
        if (!text) {
            return;
        }
        const auto number = whole_number(*text);
        if (!number || *number > highest) {
            refuse(name, *text, fmt::format("a whole number from 0 to {}", highest));
            return;
        }
        into = *number;
    }
    void read_ms(std::string_view name, std::chrono::milliseconds& into) {
        auto count = static_cast<std::uint32_t>(into.count());
        read(name, kLongestWaitMs, count);
        into = std::chrono::milliseconds(count);
    }
    void read_schedule(DoctorSchedule& into) {
        read("events", kMostEvents, into.events);
        read_ms("interval_ms", into.interval);
    }
    void read_id(std::string& into) {
        const auto text = value("id");
        if (text && !is_stream_id(*text)) {
            refuse("id", *text, fmt::format("1 to {} of the characters A-Z, a-z, 0-9 and -", kLongestStreamId));
        }
        into = text.value_or("");
    }
    /// Which of these words is there; absent means the first.
    [[nodiscard]] std::size_t word(std::string_view name, std::span<const std::string_view> words) {
        const std::string_view text = value(name).value_or(words.front());
        const auto found = std::find(words.begin(), words.end(), text);
        if (found == words.end()) {
            refuse(name, text, core::listed(words));
            return 0;
        }
        return static_cast<std::size_t>(found - words.begin());
    }
    [[nodiscard]] bool is_second(std::string_view name, const std::array<std::string_view, 2>& words) { return word(name, words) == 1; }

    [[nodiscard]] core::Expected<void> verdict() const {
        if (problems_.empty()) {
            return {};
        }
        return core::bad_input(problems_);
    }

  private:
    struct Parameter {
        std::string_view name;
        std::string_view value;
    };

    void add(const Parameter& parameter, std::span<const std::string_view> names) {
        if (std::find(names.begin(), names.end(), parameter.name) != names.end()) {
            parameters_.push_back(parameter);
        } else if (!parameter.name.empty()) {
            complain(fmt::format("there is no parameter \"{}\"{}, expected {}", core::printable(parameter.name, kShownQueryBytes),
                                 core::did_you_mean(parameter.name, names), core::listed(names)));
        }
    }
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const {
        const auto found = std::find_if(parameters_.begin(), parameters_.end(), [name](const Parameter& one) { return one.name == name; });
        return found == parameters_.end() ? std::nullopt : std::optional(found->value);
    }
    void refuse(std::string_view name, std::string_view text, std::string_view accepted) {
        complain(fmt::format("{} is \"{}\", expected {}", name, core::printable(text, kShownQueryBytes), accepted));
    }
    void complain(std::string_view problem) { problems_.append(problems_.empty() ? "" : "; ").append(problem); }

    std::vector<Parameter> parameters_;
    std::string problems_;
};

}  // namespace

core::Expected<DoctorStreamQuery> read_doctor_stream_query(std::string_view target) {
    QueryReader reader(target, kStreamNames);
    DoctorStreamQuery query;
    reader.read_schedule(query.schedule);
    reader.read_ms("lead_ms", query.schedule.lead);
    reader.read("pad_bytes", kMostPadBytes, query.pad_bytes);
    reader.read_ms("keepalive_ms", query.keepalive);
    reader.read_id(query.id);
    query.forbid_buffering = !reader.is_second("buffering", {"no", "default"});
    if (const std::size_t gzip = reader.word("gzip", kGzipWords); gzip > 0) {
        query.gzip = gzip == 1 ? wire::GzipWriter::Flush::Always : wire::GzipWriter::Flush::WhenFull;
    }
    return reader.verdict().map([&query] { return std::move(query); });
}

core::Expected<DoctorSocketQuery> read_doctor_socket_query(std::string_view target) {
    QueryReader reader(target, kSocketNames);
    DoctorSchedule schedule;
    DoctorSocketQuery query;
    reader.read_schedule(schedule);
    reader.read_ms("heartbeat_ms", query.heartbeat);
    if (reader.is_second("mode", {"echo", "paced"})) {
        query.paced = schedule;
    }
    return reader.verdict().map([&query] { return query; });
}

}  // namespace relaybench::relay
