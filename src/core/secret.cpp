#include "core/secret.h"

#include <algorithm>

namespace relaybench::core {
namespace {

constexpr std::size_t kShortestShown = 17;
constexpr std::size_t kPrefixAtMost = 8;
constexpr std::size_t kSuffix = 2;
constexpr std::size_t kShortestScrubbed = 6;
constexpr std::string_view kEllipsis = "…";

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// The secrets worth looking for, longest first, so that a key that contains another one is replaced as a whole.
std::vector<const Secret*> by_length(const std::vector<Secret>& secrets) {
    std::vector<const Secret*> found;
    for (const Secret& secret : secrets) {
        if (secret.reveal().size() >= kShortestScrubbed) {
            found.push_back(&secret);
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Secret* a, const Secret* b) { return a->reveal().size() > b->reveal().size(); });
    return found;
}

}  // namespace

std::string Secret::masked() const {
    std::string shown;
    if (value_.size() >= kShortestShown && is_plain(value_)) {
        const std::size_t separator = value_.find_last_of("_-", kPrefixAtMost - 1);
        if (separator != std::string::npos) {
            shown.assign(value_, 0, separator + 1);
        }
        shown.append(kEllipsis);
        shown.append(value_, value_.size() - kSuffix);
        return shown;
    }
    return std::string(kEllipsis);
}

// One pass over the original text: what a mask shows is never searched again.
std::string scrub(std::string_view text, const std::vector<Secret>& secrets) {
    const std::vector<const Secret*> wanted = by_length(secrets);
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const auto hit =
            std::find_if(wanted.begin(), wanted.end(), [&](const Secret* secret) { return text.starts_with(secret->reveal()); });
        if (hit == wanted.end()) {
            clean.push_back(text.front());
            text.remove_prefix(1);
        } else {
            clean.append((*hit)->masked());
            text.remove_prefix((*hit)->reveal().size());
        }
    }
    return clean;
}

}  // namespace relaybench::core
