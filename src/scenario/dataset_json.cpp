#include "scenario/dataset_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "scenario/limits.h"

namespace relaybench::scenario {

namespace {

using Json = nlohmann::json;
using Line = tl::expected<wire::Prompt, std::string>;

constexpr std::size_t kMostProblemsShown = 20;
constexpr int kMaxJsonDepth = 32;

/// nlohmann's parser recurses while values nest; deeper ones are dropped by the callback and the line is refused.
Json parse_line(std::string_view line, bool& too_deep) {
    const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMaxJsonDepth;
        return !too_deep;
    };
    return Json::parse(line, watch, false);
}

std::optional<std::string> read_content(const Json& object, wire::Prompt& prompt) {
    const auto text = object.find("prompt");
    const auto messages = object.find("messages");
    if ((text == object.end()) == (messages == object.end())) {
        return text == object.end() ? "neither prompt nor messages, expected one of them"
                                    : "prompt contradicts messages, expected only one of them";
    }
    if (text != object.end()) {
        if (!text->is_string() || text->get_ref<const std::string&>().empty()) {
            return "prompt is no text, expected a string that is not empty";
        }
        prompt.text = text->get<std::string>();
        return std::nullopt;
    }
    if (!messages->is_array() || messages->empty()) {
        return "messages is no list, expected a list such as [{\"role\":\"user\",\"content\":\"…\"}]";
    }
    prompt.messages_json = messages->dump();
    return std::nullopt;
}

std::optional<std::string> read_settings(const Json& object, wire::Prompt& prompt) {
    if (const auto value = object.find("max_tokens"); value != object.end()) {
        const bool fits =
            value->is_number_unsigned() && value->get<std::uint64_t>() >= kMaxTokens.min && value->get<std::uint64_t>() <= kMaxTokens.max;
        if (!fits) {
            return fmt::format("max_tokens is out of range, expected {} to {}", kMaxTokens.min, kMaxTokens.max);
        }
        prompt.max_tokens = value->get<std::uint32_t>();
    }
    if (const auto value = object.find("temperature"); value != object.end()) {
        const bool fits = value->is_number() && value->get<double>() >= kTemperatures.min && value->get<double>() <= kTemperatures.max;
        if (!fits) {
            return fmt::format("temperature is out of range, expected {} to {}", kTemperatures.min, kTemperatures.max);
        }
        prompt.temperature = value->get<double>();
    }
    return std::nullopt;
}

Line read_line(std::string_view line, const Prompts& defaults) {
    if (line.size() > kMaxPromptBytes) {
        return tl::unexpected(fmt::format("{} bytes are too long, expected at most {}", line.size(), kMaxPromptBytes));
    }
    bool too_deep = false;
    const Json object = parse_line(line, too_deep);
    if (too_deep) {
        return tl::unexpected(fmt::format("nested too deep, expected at most {} levels", kMaxJsonDepth));
    }
    if (!object.is_object()) {
        return tl::unexpected(std::string("not a JSON object, expected one such as {\"prompt\":\"…\"}"));
    }
    wire::Prompt prompt;
    prompt.max_tokens = defaults.max_tokens;
    prompt.temperature = defaults.temperature;
    if (auto problem = read_content(object, prompt)) {
        return tl::unexpected(*std::move(problem));
    }
    if (auto problem = read_settings(object, prompt)) {
        return tl::unexpected(*std::move(problem));
    }
    return prompt;
}

/// Joins problems, a line each, and forgets all but the first.
class Problems {
  public:
    void add(std::string line) {
        if (++count_ <= kMostProblemsShown) {
            text_ += (count_ > 1 ? "\n" : "") + line;
        }
    }
    [[nodiscard]] bool any() const { return count_ > 0; }
    [[nodiscard]] std::string text() const {
        return count_ <= kMostProblemsShown ? text_ : text_ + fmt::format("\nand {} more", count_ - kMostProblemsShown);
    }

  private:
    std::size_t count_ = 0;
    std::string text_;
};

}  // namespace

core::Expected<std::vector<wire::Prompt>> parse_dataset(std::string_view jsonl, std::string_view source, const Prompts& defaults) {
    if (jsonl.size() > kMaxDatasetBytes) {
        return core::bad_input(fmt::format("{}: {} bytes are too many, expected at most {}", source, jsonl.size(), kMaxDatasetBytes));
    }
    std::vector<wire::Prompt> prompts;
    Problems problems;
    std::size_t number = 0;
    for (const std::string_view raw : core::split(jsonl, '\n')) {
        ++number;
        const std::string_view line = core::trimmed(raw);
        if (line.empty()) {
            continue;
        }
        if (prompts.size() == kMaxDatasetPrompts) {
            problems.add(fmt::format("{}:{}: too many prompts, expected at most {}", source, number, kMaxDatasetPrompts));
            break;
        }
        if (auto prompt = read_line(line, defaults)) {
            prompts.push_back(*std::move(prompt));
        } else {
            problems.add(fmt::format("{}:{}: {}", source, number, prompt.error()));
        }
    }
    if (problems.any()) {
        return core::bad_input(problems.text());
    }
    if (prompts.empty()) {
        return core::bad_input(fmt::format("{}: there is no prompt, expected a line such as {{\"prompt\":\"…\"}}", source));
    }
    return prompts;
}

}  // namespace relaybench::scenario
