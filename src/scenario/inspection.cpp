#include "scenario/inspection.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace relaybench::scenario {

namespace {

/// True when `inner` is `outer` or lies inside it.
bool lies_in(std::string_view inner, std::string_view outer) {
    if (outer.empty() || inner == outer) {
        return true;
    }
    return inner.size() > outer.size() && inner.starts_with(outer) && (inner[outer.size()] == '.' || inner[outer.size()] == '[');
}

}  // namespace

Inspection::Step Inspection::into(std::string_view key, Mark mark) {
    const std::size_t before = path_.size();
    path_ += path_.empty() ? "" : ".";
    path_ += key;
    remember(mark);
    return Step{*this, before};
}

Inspection::Step Inspection::into(std::size_t index, Mark mark) {
    const std::size_t before = path_.size();
    path_ += fmt::format("[{}]", index);
    remember(mark);
    return Step{*this, before};
}

void Inspection::remember(Mark mark) {
    if (mark.line > 0) {
        marks_.insert_or_assign(path_, mark);
    }
}

void Inspection::problem(std::string message) {
    if (checking_ && is_excused()) {
        return;
    }
    problems_.push_back(Problem{place(), path_, std::move(message)});
    if (!checking_) {
        excused_.insert(path_);
    }
}

void Inspection::problem(std::string_view key, std::string message) {
    const Step step = into(key);
    problem(std::move(message));
}

void Inspection::excuse(std::string_view key) {
    const Step step = into(key);
    excused_.insert(path_);
}

bool Inspection::is_excused() const {
    return std::any_of(excused_.begin(), excused_.end(), [&](const std::string& path) { return lies_in(path, path_); });
}

Mark Inspection::place() const {
    std::string_view path = path_;
    while (!path.empty()) {
        if (const auto found = marks_.find(path); found != marks_.end()) {
            return found->second;
        }
        const std::size_t cut = path.find_last_of(".[");
        path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
    }
    const auto root = marks_.find(std::string_view{});
    return root == marks_.end() ? Mark{} : root->second;
}

std::vector<Problem> Inspection::take_problems() {
    std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.mark.line, a.mark.column) < std::tie(b.mark.line, b.mark.column);
    });
    return std::exchange(problems_, {});
}

}  // namespace relaybench::scenario
