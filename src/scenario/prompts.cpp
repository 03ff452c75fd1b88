#include "scenario/prompts.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "core/file.h"
#include "scenario/dataset_json.h"
#include "scenario/sha256.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kMaxAudioBytes = 64U << 20U;

void append_little_endian(std::string& bytes, std::uint32_t value, int size) {
    constexpr std::uint32_t kByte = 0xff;
    constexpr int kBits = 8;
    for (int i = 0; i < size; ++i) {
        bytes += static_cast<char>((value >> static_cast<unsigned>(i * kBits)) & kByte);
    }
}

std::vector<wire::Prompt> text_prompts(const Prompts& prompts) {
    std::vector<wire::Prompt> result;
    for (const std::string& text : prompts.texts) {
        wire::Prompt prompt;
        prompt.text = text;
        prompt.max_tokens = prompts.max_tokens;
        prompt.temperature = prompts.temperature;
        result.push_back(std::move(prompt));
    }
    if (result.empty()) {
        result.emplace_back().max_tokens = prompts.max_tokens;
    }
    return result;
}

core::Expected<std::vector<wire::Prompt>> read_prompts(const Prompts& prompts) {
    if (prompts.dataset_file.empty()) {
        return text_prompts(prompts);
    }
    const auto jsonl = core::read_file(prompts.dataset_file, kMaxDatasetBytes);
    if (!jsonl) {
        return tl::unexpected(jsonl.error());
    }
    return parse_dataset(*jsonl, prompts.dataset_file, prompts);
}

}  // namespace

std::string silent_wav() {
    // RIFF/WAVE with one PCM format chunk (Microsoft's "Multimedia Programming Interface and Data Specifications 1.0").
    constexpr std::uint32_t kRate = 16'000;
    constexpr std::uint32_t kSampleBytes = 2;
    constexpr std::uint32_t kDataBytes = kRate * kSampleBytes;
    constexpr std::uint32_t kHeaderBytes = 36;
    constexpr std::uint32_t kFormatBytes = 16;
    constexpr std::uint32_t kPcm = 1;
    constexpr std::uint32_t kMono = 1;
    std::string wav = "RIFF";
    append_little_endian(wav, kHeaderBytes + kDataBytes, 4);
    wav += "WAVEfmt ";
    append_little_endian(wav, kFormatBytes, 4);
    append_little_endian(wav, kPcm, 2);
    append_little_endian(wav, kMono, 2);
    append_little_endian(wav, kRate, 4);
    append_little_endian(wav, kRate * kSampleBytes, 4);
    append_little_endian(wav, kSampleBytes, 2);
    append_little_endian(wav, kSampleBytes * 8, 2);
    wav += "data";
    append_little_endian(wav, kDataBytes, 4);
    wav.append(kDataBytes, '\0');
    return wav;
}

core::Expected<std::vector<wire::Prompt>> load_prompts(const Prompts& prompts) {
    auto result = read_prompts(prompts);
    if (!result) {
        return result;
    }
    auto audio =
        prompts.audio_file.empty() ? core::Expected<std::string>(silent_wav()) : core::read_file(prompts.audio_file, kMaxAudioBytes);
    if (!audio) {
        return tl::unexpected(audio.error());
    }
    result->front().audio = *std::move(audio);
    return result;
}

core::Expected<std::string> prompts_sha256(const std::vector<wire::Prompt>& prompts) {
    std::string all;
    for (const wire::Prompt& prompt : prompts) {
        // Lengths first, so that no two sets run into the same bytes.
        for (const std::string* part : {&prompt.text, &prompt.messages_json, &prompt.audio}) {
            all += fmt::format("{}:{}", part->size(), *part);
        }
        all += fmt::format("{};{};", prompt.max_tokens, prompt.temperature ? fmt::format("{}", *prompt.temperature) : "");
    }
    return sha256_hex(all);
}

}  // namespace relaybench::scenario
