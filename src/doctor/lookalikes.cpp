#include "doctor/lookalikes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace relaybench::doctor {

namespace {

/// Letters of one block from `first` on, each as the one of ASCII that it looks like ("?": none).
struct Block {
    char32_t first;
    std::string_view letters;
};
constexpr std::array kBlocks = {
    Block{0xe0, "aaaaaa?ceeeeiiii?nooooo?ouuuuy?y"},
    Block{0x100,
          "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii??jjkkkllllll?"
          "?llnnnnnn?nnoooooo??rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzf"},
};

/// Of scripts in which few letters do.
struct Pair {
    char32_t written;
    char original;
};
constexpr std::array kPairs = {
    // Greek
    Pair{0x3b1, 'a'}, Pair{0x3b2, 'b'}, Pair{0x3b3, 'y'}, Pair{0x3b5, 'e'}, Pair{0x3b7, 'n'}, Pair{0x3b9, 'i'}, Pair{0x3ba, 'k'},
    Pair{0x3bd, 'v'}, Pair{0x3bf, 'o'}, Pair{0x3c1, 'p'}, Pair{0x3c4, 't'}, Pair{0x3c5, 'u'}, Pair{0x3c7, 'x'}, Pair{0x3c9, 'w'},
    Pair{0x3f2, 'c'}, Pair{0x3f3, 'j'},
    // Cyrillic
    Pair{0x430, 'a'}, Pair{0x432, 'b'}, Pair{0x433, 'r'}, Pair{0x435, 'e'}, Pair{0x438, 'u'}, Pair{0x43a, 'k'}, Pair{0x43c, 'm'},
    Pair{0x43d, 'h'}, Pair{0x43e, 'o'}, Pair{0x43f, 'n'}, Pair{0x440, 'p'}, Pair{0x441, 'c'}, Pair{0x442, 't'}, Pair{0x443, 'y'},
    Pair{0x445, 'x'}, Pair{0x44c, 'b'}, Pair{0x455, 's'}, Pair{0x456, 'i'}, Pair{0x457, 'i'}, Pair{0x458, 'j'}, Pair{0x45b, 'h'},
    Pair{0x461, 'w'}, Pair{0x475, 'v'}, Pair{0x4bb, 'h'}, Pair{0x4cf, 'l'}, Pair{0x501, 'd'}, Pair{0x51b, 'q'}, Pair{0x51d, 'w'}};

}  // namespace

bool looks_like_letter(char32_t written, char32_t original) {
    const bool is_marked = std::ranges::any_of(kBlocks, [&](const Block& block) {
        const bool holds = written >= block.first && written < block.first + block.letters.size();
        return holds && static_cast<char32_t>(block.letters[written - block.first]) == original && original != U'?';
    });
    return is_marked || std::ranges::any_of(kPairs, [&](const Pair& pair) {
               return pair.written == written && static_cast<char32_t>(pair.original) == original;
           });
}

}  // namespace relaybench::doctor
