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

/// How many bytes a mask shows of a secret's beginning, which says what kind of key it is.
std::size_t shown_beginning(const Secret& secret) {
    const std::string mask = secret.masked();
    return mask.find(kEllipsis);
}

/// How much of `text` is `secret`, whole or cut off: a text that was shortened within it still holds its beginning, before the mark of the
/// cut or at the end.
std::size_t held_of(std::string_view text, const Secret& secret) {
    const std::string& whole = secret.reveal();
    const auto differ = std::mismatch(text.begin(), text.end(), whole.begin(), whole.end());
    const auto common = static_cast<std::size_t>(differ.first - text.begin());
    if (common == whole.size()) {
        return common;
    }
    const std::string_view rest = text.substr(common);
    const bool is_cut = rest.empty() || rest.starts_with(kEllipsis);
    return is_cut && common >= kShortestScrubbed && common > shown_beginning(secret) ? common : 0;
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
        const Secret* hit = nullptr;
        std::size_t held = 0;
        for (const Secret* secret : wanted) {
            if (const std::size_t size = held_of(text, *secret); size > held) {
                hit = secret;
                held = size;
            }
        }
        if (hit == nullptr) {
            clean.push_back(text.front());
            text.remove_prefix(1);
        } else {
            const bool is_marked = held < hit->reveal().size() && text.substr(held).starts_with(kEllipsis);
            clean.append(held == hit->reveal().size() ? hit->masked() : std::string(is_marked ? "" : kEllipsis));
            text.remove_prefix(held);
        }
    }
    return clean;
}

}  // namespace relaybench::core
