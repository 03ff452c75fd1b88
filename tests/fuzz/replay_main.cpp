// Runs a fuzz target without libFuzzer: every seed of a folder, the empty input, and a fixed number of seeded mutations. Crashes, sanitizer
// reports and failed requirements end the program; the input that did it is written to stderr in hexadecimal.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/mutation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using relaybench::fuzz::Bytes;

constexpr std::size_t kMutations = 4000;
constexpr std::size_t kMaxBytes = 16384;
constexpr std::uint64_t kSeed = 20260131;

const Bytes* current_input = nullptr;  // what the abort handler shows; a signal handler has no other way to know

void show_input(int signal) {
    if (current_input != nullptr) {
        std::fputs("input:", stderr);
        for (const std::uint8_t byte : *current_input) {
            std::fprintf(stderr, " %02x", static_cast<unsigned>(byte));
        }
        std::fputs("\n", stderr);
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

std::vector<Bytes> seeds_of(const std::filesystem::path& folder) {
    std::vector<Bytes> seeds;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    std::sort(seeds.begin(), seeds.end());
    return seeds;
}

void run(const Bytes& input) {
    current_input = &input;
    static_cast<void>(LLVMFuzzerTestOneInput(input.data(), input.size()));
    current_input = nullptr;
}

void run_mutations(const std::vector<Bytes>& seeds) {
    std::mt19937_64 random(kSeed);
    for (std::size_t i = 0; i < kMutations; ++i) {
        const Bytes& seed = seeds.at(i % seeds.size());
        const Bytes& donor = seeds.at(random() % seeds.size());
        run(relaybench::fuzz::mutated(seed, donor, kMaxBytes, random));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: fuzz_NAME CORPUS_FOLDER\n", stderr);
        return 2;
    }
    std::signal(SIGABRT, show_input);
    std::signal(SIGSEGV, show_input);
    const std::vector<Bytes> seeds = seeds_of(argv[1]);
    if (seeds.empty()) {
        std::fprintf(stderr, "no seeds in %s: nothing was tested\n", argv[1]);
        return 1;
    }
    run({});
    for (const Bytes& seed : seeds) {
        run(seed);
    }
    run_mutations(seeds);
    std::printf("%zu seeds and %zu mutations passed\n", seeds.size(), kMutations);
    return 0;
}
