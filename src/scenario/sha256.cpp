#include "scenario/sha256.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace relaybench::scenario {

core::Expected<std::string> sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        return core::failure("the crypto library cannot compute SHA-256");
    }
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += fmt::format("{:02x}", digest.at(i));
    }
    return hex;
}

}  // namespace relaybench::scenario
