#include "wire/error_document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"
#include "wire/error_class.h"

namespace relaybench::wire {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMaxMessage = 300;
constexpr std::size_t kMaxPlain = 200;
constexpr std::size_t kMaxCode = 100;
constexpr int kMaxDepth = 4;
constexpr int kFirstError = 400;
constexpr int kLastError = 599;

/// Everything in a document that tells what kind of error it is; innermost first.
struct Clues {
    int status = 0;  ///< as the document claims it
    std::vector<std::string_view> codes;
};

bool is_truthy(const element& value) {
    if (object fields; value.get(fields) == simdjson::SUCCESS) {
        return fields.size() > 0;
    }
    if (array items; value.get(items) == simdjson::SUCCESS) {
        return items.size() > 0;
    }
    if (bool truth = false; value.get(truth) == simdjson::SUCCESS) {
        return truth;
    }
    return !string_or_empty(value).empty() || whole_number(value).value_or(0) != 0;
}

/// The first text found: message fields in the order of how far they can be trusted, nested ones included.
std::string_view text_of(const element& value, int depth) {
    constexpr std::array<std::string_view, 10> kKeys = {"error", "message", "detail",    "details", "msg",
                                                        "err",   "reason",  "error_msg", "header",  "response"};
    if (depth > kMaxDepth) {
        return {};
    }
    if (array items; value.get(items) == simdjson::SUCCESS) {
        return items.size() > 0 ? text_of(items.at(0).value_unsafe(), depth + 1) : std::string_view{};
    }
    object fields;
    if (value.get(fields) != simdjson::SUCCESS) {
        return string_or_empty(value);
    }
    for (const std::string_view key : kKeys) {
        element inner;
        if (fields.at_key(key).get(inner) == simdjson::SUCCESS) {
            if (const std::string_view text = text_of(inner, depth + 1); !text.empty()) {
                return text;
            }
        }
    }
    return {};
}

std::string_view key_text(const element& root, std::string_view key) {
    element value;
    return root.at_key(key).get(value) == simdjson::SUCCESS ? text_of(value, 1) : std::string_view{};
}

/// A customer's proxy puts a headline into `error` and the upstream's words into `detail`: both are shown.
std::string message_of(const element& root) {
    std::string message(text_of(root, 0));
    const std::string_view detail = key_text(root, "detail");
    if (!detail.empty() && message.find(detail) == std::string::npos) {
        message.append(": ").append(detail);
    }
    return message;
}

void note_status(std::int64_t number, Clues& clues) {
    if (clues.status == 0 && number >= kFirstError && number <= kLastError) {
        clues.status = static_cast<int>(number);
    }
}

std::optional<std::int64_t> numeric(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

void note_code(std::string_view key, const element& value, Clues& clues) {
    const std::string_view text = string_or_empty(value);
    if (const auto number = text.empty() ? whole_number(value) : numeric(text)) {
        note_status(*number, clues);
        return;
    }
    // `param` names a request field; only one-api hides a status in it. LiteLLM writes Python's None.
    if (!text.empty() && text != "None" && key != "param") {
        clues.codes.push_back(text);
    }
}

void collect(const element& value, int depth, Clues& clues) {
    constexpr std::array<std::string_view, 6> kNested = {"error", "detail", "details", "metadata", "response", "header"};
    constexpr std::array<std::string_view, 7> kCodes = {"code", "error_type", "provider_code", "type", "status", "reason", "param"};
    if (depth > kMaxDepth) {
        return;
    }
    if (array items; value.get(items) == simdjson::SUCCESS) {
        if (items.size() > 0) {
            collect(items.at(0).value_unsafe(), depth + 1, clues);
        }
        return;
    }
    element inner;
    for (const std::string_view key : kNested) {
        if (value.at_key(key).get(inner) == simdjson::SUCCESS) {
            collect(inner, depth + 1, clues);
        }
    }
    for (const std::string_view key : kCodes) {
        if (value.at_key(key).get(inner) == simdjson::SUCCESS) {
            note_code(key, inner, clues);
        }
    }
}

std::string shown_code(const Clues& clues) {
    const auto telling = std::ranges::find_if(clues.codes, [](std::string_view code) { return code != "error"; });
    if (telling != clues.codes.end()) {
        return core::printable(*telling, kMaxCode);
    }
    return clues.status == 0 ? std::string{} : std::to_string(clues.status);
}

/// The text between <title> and </title>, or all of it.
std::string_view html_title(std::string_view text) {
    constexpr std::string_view kOpen = "<title>";
    const std::string lower = core::lowercase(text);
    const std::size_t open = lower.find(kOpen);
    const std::size_t close = open == std::string::npos ? open : lower.find("</title>", open);
    if (close == std::string::npos) {
        return text;
    }
    return text.substr(open + kOpen.size(), close - open - kOpen.size());
}

}  // namespace

bool is_error_event(const EventFields& fields) {
    return (fields.error && is_truthy(*fields.error)) || fields.type_text() == "error" || fields.object_text() == "error";
}

RelayError describe_error(int status, const element& root) {
    Clues clues;
    collect(root, 0, clues);
    const std::string message = message_of(root);
    const int known_status = status >= kFirstError ? status : clues.status;
    return {classify_error(known_status, clues.codes, message), core::printable(core::trimmed(message), kMaxMessage), shown_code(clues)};
}

RelayError describe_plain_error(int status, std::string_view text) {
    constexpr std::size_t kLookedAt = 4096;
    const std::string_view beginning = text.substr(0, kLookedAt);
    const std::string_view title = core::trimmed(html_title(beginning));
    return {classify_error(status, {}, title), core::printable(title, kMaxPlain), {}};
}

}  // namespace relaybench::wire
