#include "result/node_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.h"

namespace relaybench::result {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::size_t kMaxText = 4096;
constexpr double kMaxMicroseconds = 1e15;
constexpr double kNanosecondsPerMicrosecond = 1000.0;

const Json& null_json() {
    static const Json null;
    return null;
}

std::string child_path(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

}  // namespace

void Problems::add(std::string_view path, std::string_view what) {
    if (++count_ <= kMaxProblems)
        lines_.push_back(path.empty() ? std::string(what) : fmt::format("{}: {}", path, what));
}

std::string Problems::text(std::string_view name) const {
    std::string text;
    for (const std::string& line : lines_)
        text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", name, line);
    if (count_ > lines_.size())
        text += fmt::format("\n{}: and {} more problems", name, count_ - lines_.size());
    return text;
}

const Json* Node::find(std::string_view name, Presence presence) const {
    const auto found = json_->is_object() ? json_->find(std::string(name)) : json_->end();
    const bool here = json_->is_object() && found != json_->end() && !found->is_null();
    if (here)
        return &*found;
    if (presence == Presence::Required)
        problems_->add(child_path(path_, name), "missing");
    return nullptr;
}

Node Node::field(std::string_view name) const {
    const Json* value = find(name, Presence::Optional);
    return Node(value != nullptr ? *value : null_json(), child_path(path_, name), *problems_);
}

std::vector<Node> Node::list(std::string_view name, std::size_t limit) const {
    const Json* value = find(name, Presence::Optional);
    if (value == nullptr)
        return {};
    const std::string path = child_path(path_, name);
    if (!value->is_array()) {
        problems_->add(path, "must be a list");
        return {};
    }
    if (value->size() > limit)
        problems_->add(path, fmt::format("has {} entries; at most {} are read", value->size(), limit));
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < std::min(value->size(), limit); ++i)
        nodes.emplace_back((*value)[i], fmt::format("{}[{}]", path, i), *problems_);
    return nodes;
}

bool Node::is_object_or_problem() const {
    if (!json_->is_object())
        problem("must be an object");
    return json_->is_object();
}

std::string Node::text(std::string_view name, Presence presence) const {
    const Json* value = find(name, presence);
    if (value == nullptr)
        return {};
    if (!value->is_string()) {
        problems_->add(child_path(path_, name), "must be text");
        return {};
    }
    // A result may come from anywhere: what it says ends up in terminals.
    return core::printable(value->get_ref<const std::string&>(), kMaxText);
}

std::string_view Node::raw_text(std::string_view name) const {
    const Json* value = find(name, Presence::Required);
    if (value == nullptr)
        return {};
    if (value->is_string())
        return value->get_ref<const std::string&>();
    problems_->add(child_path(path_, name), "must be text");
    return {};
}

bool Node::flag(std::string_view name) const {
    const Json* value = find(name, Presence::Optional);
    if (value == nullptr)
        return false;
    if (!value->is_boolean())
        problems_->add(child_path(path_, name), "must be true or false");
    return value->is_boolean() && value->get<bool>();
}

std::uint64_t Node::count(std::string_view name, Presence presence, std::uint64_t highest) const {
    const Json* value = find(name, presence);
    if (value == nullptr)
        return 0;
    const bool good = value->is_number_unsigned() && value->get<std::uint64_t>() <= highest;
    if (!good)
        problems_->add(child_path(path_, name), fmt::format("must be a whole number of 0 … {}", highest));
    return good ? value->get<std::uint64_t>() : 0;
}

double Node::number(std::string_view name) const {
    const Json* value = find(name, Presence::Optional);
    if (value == nullptr)
        return 0;
    const bool good = value->is_number() && std::isfinite(value->get<double>()) && value->get<double>() >= 0;
    if (!good)
        problems_->add(child_path(path_, name), "must be a number of 0 or more");
    return good ? value->get<double>() : 0;
}

std::optional<double> Node::real(std::string_view name) const {
    const Json* value = find(name, Presence::Optional);
    if (value == nullptr)
        return std::nullopt;
    if (value->is_number() && std::isfinite(value->get<double>()))
        return value->get<double>();
    problems_->add(child_path(path_, name), "must be a number");
    return std::nullopt;
}

std::optional<core::Duration> Node::duration(std::string_view name) const { return microseconds(name, 0); }

std::optional<core::Duration> Node::offset(std::string_view name) const { return microseconds(name, -kMaxMicroseconds); }

std::optional<core::Duration> Node::microseconds(std::string_view name, double lowest) const {
    const Json* value = find(name, Presence::Optional);
    if (value == nullptr)
        return std::nullopt;
    const double number = value->is_number() ? value->get<double>() : std::nan("");
    if (!(number >= lowest && number <= kMaxMicroseconds)) {
        problems_->add(child_path(path_, name), fmt::format("must be microseconds of {} … {}", lowest, kMaxMicroseconds));
        return std::nullopt;
    }
    return core::Duration{std::llround(number * kNanosecondsPerMicrosecond)};
}

std::size_t Node::one_of(std::string_view name, std::span<const std::string_view> words, Presence presence) const {
    const std::string word = text(name, presence);
    if (word.empty())
        return 0;
    const auto found = std::find(words.begin(), words.end(), word);
    if (found != words.end())
        return static_cast<std::size_t>(found - words.begin());
    problems_->add(child_path(path_, name), fmt::format("\"{}\" is unknown{}; known are {}", core::printable(word, 80),
                                                        core::did_you_mean(word, words), core::listed(words)));
    return 0;
}

std::vector<double> Node::numbers(std::string_view name, std::size_t limit) const {
    std::vector<double> numbers;
    for (const Node& each : list(name, limit)) {
        if (each.json_->is_number() && std::isfinite(each.json_->get<double>())) {
            numbers.push_back(each.json_->get<double>());
        } else {
            each.problem("must be a number");
        }
    }
    return numbers;
}

std::vector<std::string> Node::texts(std::string_view name, std::size_t limit) const {
    std::vector<std::string> texts;
    for (const Node& each : list(name, limit)) {
        if (each.json_->is_string()) {
            texts.push_back(core::printable(each.json_->get_ref<const std::string&>(), kMaxText));
        } else {
            each.problem("must be text");
        }
    }
    return texts;
}

}  // namespace relaybench::result
