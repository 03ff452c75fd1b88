#include "doctor/idn.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/utf8.h"
#include "doctor/lookalikes.h"

namespace relaybench::doctor {
namespace {

using Label = std::vector<char32_t>;
using Range = std::pair<char32_t, char32_t>;

/// Of scripts in which host names are written. What is no letter there (quotes, blanks of no width) stays a fault of the URL.
bool is_letter_outside_ascii(char32_t code) {
    constexpr std::array kLetters = {Range{0xc0, 0xd6},     Range{0xd8, 0xf6},     Range{0xf8, 0x24f},    Range{0x370, 0x3ff},
                                     Range{0x400, 0x52f},   Range{0x5d0, 0x5ea},   Range{0x620, 0x64a},   Range{0x900, 0xdff},
                                     Range{0xe01, 0xe4e},   Range{0x1e00, 0x1eff}, Range{0x3041, 0x30ff}, Range{0x3400, 0x4dbf},
                                     Range{0x4e00, 0x9fff}, Range{0xac00, 0xd7a3}};
    return std::ranges::any_of(kLetters, [code](const Range& range) { return code >= range.first && code <= range.second; });
}

/// RFC 3490 §3.1.
bool is_wide_stop(char32_t code) { return code == 0x3002 || code == 0xff0e || code == 0xff61; }

/// Names know no capitals; of the scripts that have them, those that differ by a distance.
char32_t small_letter(char32_t code) {
    struct Capitals {
        char32_t first;
        char32_t last;
        char32_t distance;
    };
    constexpr std::array kCapitals = {Capitals{'A', 'Z', 32}, Capitals{0xc0, 0xde, 32}, Capitals{0x391, 0x3a9, 32},
                                      Capitals{0x410, 0x42f, 32}, Capitals{0x400, 0x40f, 80}};
    const auto at = std::ranges::find_if(kCapitals, [code](const Capitals& each) { return code >= each.first && code <= each.last; });
    return at == kCapitals.end() ? code : code + at->distance;
}

bool is_ascii(char32_t code) { return code < 0x80; }

/// RFC 3492 §6.1, with the parameters of its section 5.
class Bias {
  public:
    static constexpr std::uint32_t kBase = 36;

    [[nodiscard]] std::uint32_t threshold(std::uint32_t k) const { return k <= bias_ ? 1 : std::min(k - bias_, 26U); }
    void adapt(std::uint32_t delta, std::uint32_t count) {
        delta = is_first_ ? delta / 700 : delta / 2;
        is_first_ = false;
        delta += delta / count;
        std::uint32_t k = 0;
        for (; delta > 455; k += kBase) {
            delta /= 35;
        }
        bias_ = k + 36 * delta / (delta + 38);
    }

  private:
    std::uint32_t bias_ = 72;
    bool is_first_ = true;
};

char digit(std::uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26)); }

/// One number in digits of falling weight.
void write_number(std::uint32_t value, const Bias& bias, std::string& into) {
    for (std::uint32_t k = Bias::kBase;; k += Bias::kBase) {
        const std::uint32_t threshold = bias.threshold(k);
        if (value < threshold) {
            into += digit(value);
            return;
        }
        into += digit(threshold + (value - threshold) % (Bias::kBase - threshold));
        value = (value - threshold) / (Bias::kBase - threshold);
    }
}

char32_t smallest_from(const Label& label, char32_t least) {
    char32_t smallest = 0x110000;
    for (const char32_t code : label) {
        smallest = code >= least ? std::min(smallest, code) : smallest;
    }
    return smallest;
}

std::string ascii_letters(const Label& label) {
    std::string letters;
    for (const char32_t code : label) {
        if (is_ascii(code)) {
            letters += static_cast<char>(code);
        }
    }
    return letters;
}

/// RFC 3492 §6.3. A label is at most 63 letters long, so nothing here overflows.
std::string punycode(const Label& label) {
    std::string out = ascii_letters(label);
    const auto basic = static_cast<std::uint32_t>(out.size());
    out += basic > 0 ? "-" : "";
    Bias bias;
    char32_t next = 0x80;
    std::uint32_t delta = 0;
    for (std::uint32_t handled = basic; handled < label.size(); ++next, ++delta) {
        const char32_t smallest = smallest_from(label, next);
        delta += (smallest - next) * (handled + 1);
        next = smallest;
        for (const char32_t code : label) {
            delta += code < next ? 1 : 0;
            if (code == next) {
                write_number(delta, bias, out);
                bias.adapt(delta, ++handled);
                delta = 0;
            }
        }
    }
    return out;
}

std::string ascii_label(const Label& label) {
    return std::ranges::all_of(label, is_ascii) ? ascii_letters(label) : "xn--" + punycode(label);
}

/// Where in a URL the host stands, without its port.
std::string_view host_in(std::string_view url) {
    const std::size_t separator = url.find("://");
    std::string_view rest = separator == std::string_view::npos ? std::string_view{} : url.substr(separator + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    return rest.find_first_of("@[") == std::string_view::npos ? rest.substr(0, rest.find(':')) : std::string_view{};
}

/// In small letters; nothing when it holds something that no host name holds.
std::optional<std::vector<Label>> labels_of(std::string_view host) {
    constexpr std::size_t kLongest = 63;
    std::vector<Label> labels(1);
    while (!host.empty()) {
        const core::Utf8Character character = core::first_character(host);
        const char32_t code = small_letter(character.code);
        const bool fits = is_ascii(code) ? code > ' ' && code != 0x7f && code != '"' && code != '\'' : is_letter_outside_ascii(code);
        if (!character.valid || !(fits || is_wide_stop(code)) || labels.back().size() > kLongest) {
            return std::nullopt;
        }
        if (code == '.' || is_wide_stop(code)) {
            labels.emplace_back();
        } else {
            labels.back().push_back(code);
        }
        host.remove_prefix(character.bytes);
    }
    return labels;
}

}  // namespace

std::string with_ascii_host(std::string_view url) {
    const std::string_view host = host_in(url);
    const auto labels = labels_of(host);
    const bool is_plain = std::ranges::all_of(host, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_plain || !labels) {
        return std::string(url);
    }
    const auto begin = static_cast<std::size_t>(host.data() - url.data());
    std::string text(url.substr(0, begin));
    for (std::size_t i = 0; i < labels->size(); ++i) {
        text += (i == 0 ? "" : ".") + ascii_label((*labels)[i]);
    }
    return text.append(url.substr(begin + host.size()));
}

bool is_disguised(std::string_view written_url, std::string_view known) {
    const auto labels = labels_of(host_in(written_url));
    const auto originals = labels_of(known);
    if (!labels || !originals || labels->size() != originals->size()) {
        return false;
    }
    bool has_other_letters = false;
    for (std::size_t i = 0; i < labels->size(); ++i) {
        const bool fits = std::ranges::equal((*labels)[i], (*originals)[i], [&](char32_t written, char32_t original) {
            has_other_letters = has_other_letters || !is_ascii(written);
            return written == original || looks_like_letter(written, original);
        });
        if (!fits) {
            return false;
        }
    }
    return has_other_letters;
}

}  // namespace relaybench::doctor
