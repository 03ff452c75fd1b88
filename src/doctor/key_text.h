#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/examination.h"
#include "result/diagnosis.h"
#include "wire/key_format.h"

/// What can be seen in the text of a key. No text of a fault holds any of it but a known prefix.
namespace relaybench::doctor {

struct KeyFault {
    enum class Weight : std::uint8_t { Warning, Fatal };
    std::string_view code;  ///< of the table of finding codes
    Weight weight = Weight::Fatal;
    std::string cause;
    result::Confidence confidence = result::Confidence::Proven;

    [[nodiscard]] bool is_fatal() const { return weight == Weight::Fatal; }
};

/// A character that does not belong in a key.
struct OddCharacter {
    std::size_t position = 0;  ///< in characters, from 1
    char32_t code = 0;         ///< U+FFFD for bytes that are no UTF-8
};

/// Blanks, control characters and everything outside ASCII, but for the marks of a masked copy, which are a matter of the format; eight
/// at most.
[[nodiscard]] std::vector<OddCharacter> odd_characters(std::string_view key);

/// What is wrong with the bytes of a key as it was found. Blanks inside a text that is no key at all (a command, a placeholder, a header)
/// are left to format_faults().
[[nodiscard]] std::vector<KeyFault> byte_faults(std::string_view key);

/// The text is a whole file or setting that holds a key, in place of the key: JSON, PEM, a line of YAML or a header.
[[nodiscard]] std::optional<KeyFault> whole_document(std::string_view text);

/// A key of the relay is in the text, and more than that: two of them, one that is encoded, one with what stood around it. Only for a text
/// that matches no format.
[[nodiscard]] std::optional<KeyFault> hidden_key(std::string_view text, const std::vector<wire::KeyPattern>& patterns);

/// What is wrong with a key without blanks around it, given the formats of the subject's relay.
[[nodiscard]] std::vector<KeyFault> format_faults(std::string_view key, const Subject& subject);

}  // namespace relaybench::doctor
