#include "wire/json_document.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/utf8.h"

namespace relaybench::wire {
namespace {

constexpr std::size_t kFirstCapacity = 4096;

std::string with_replacement_characters(std::string_view text) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    std::string result;
    result.reserve(text.size() + kReplacement.size());
    while (!text.empty()) {
        const core::Utf8Character next = core::first_character(text);
        result += next.valid ? text.substr(0, next.bytes) : kReplacement;
        text.remove_prefix(next.bytes);
    }
    return result;
}

}  // namespace

std::optional<simdjson::dom::element> JsonDocument::parse(std::string_view text) {
    simdjson::dom::element root;
    if (run(text, root) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return root;
}

std::optional<simdjson::dom::element> JsonDocument::parse_stream_text(std::string_view text) {
    simdjson::dom::element root;
    const simdjson::error_code error = run(text, root);
    if (error == simdjson::UTF8_ERROR) {
        return parse(with_replacement_characters(text));
    }
    if (error != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return root;
}

simdjson::error_code JsonDocument::run(std::string_view text, simdjson::dom::element& root) {
    if (!copy(text)) {
        return simdjson::CAPACITY;
    }
    return parser_.parse(padded_.data(), text.size(), /*realloc_if_needed=*/false).get(root);
}

bool JsonDocument::copy(std::string_view text) {
    if (text.size() > kMaxBytes) {
        return false;
    }
    if (padded_.size() > kKeptBytes + simdjson::SIMDJSON_PADDING && text.size() <= kKeptBytes) {
        parser_ = simdjson::dom::parser();
        padded_ = std::string();
    }
    if (padded_.size() < text.size() + simdjson::SIMDJSON_PADDING) {
        const std::size_t capacity = std::bit_ceil(std::max(text.size(), kFirstCapacity));
        padded_.resize(capacity + simdjson::SIMDJSON_PADDING);
        if (parser_.allocate(capacity) != simdjson::SUCCESS) {
            return false;
        }
    }
    std::memcpy(padded_.data(), text.data(), text.size());
    return true;
}

}  // namespace relaybench::wire
