// What is found must not depend on how the bytes were split: the whole, two pieces of any size in turn, and single bytes must agree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/require.h"
#include "wire/sse_parser.h"

namespace {

using relaybench::wire::SseEvent;
using relaybench::wire::SseParser;

constexpr std::size_t kMaxEventBytes = 64;

struct Trace {
    std::vector<std::string> entries;
    SseParser::Status status = SseParser::Status::Ok;
    friend bool operator==(const Trace&, const Trace&) = default;
};

class Tracer final : public relaybench::wire::SseSink {
  public:
    explicit Tracer(Trace& trace) : trace_(trace) {}

    bool on_event(const SseEvent& event) override {
        trace_.entries.push_back("event " + std::string(event.type) + '\n' + std::string(event.data));
        return true;
    }
    void on_comment() override { trace_.entries.emplace_back("comment"); }

  private:
    Trace& trace_;
};

/// Feeds pieces of `first` and `second` bytes in turn, each from memory of its own.
Trace read(std::string_view bytes, std::size_t first, std::size_t second) {
    SseParser parser(kMaxEventBytes);
    Trace trace;
    Tracer tracer(trace);
    while (!bytes.empty() && trace.status == SseParser::Status::Ok) {
        const std::vector<char> piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(first, bytes.size())));
        bytes.remove_prefix(piece.size());
        trace.status = parser.feed({piece.data(), piece.size()}, tracer);
        std::swap(first, second);
    }
    return trace;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t kHeader = 2;
    if (size < kHeader) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + kHeader, size - kHeader);
    const Trace whole = read(bytes, size, size);
    relaybench::core::require(whole == read(bytes, data[0] + 1U, data[1] + 1U), "events depend on the split");
    relaybench::core::require(whole == read(bytes, 1, 1), "events depend on the split into single bytes");
    return 0;
}
