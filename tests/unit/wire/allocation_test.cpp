// Counts every operator new of this program, to prove what docs/wire.md says: no allocation per chunk.
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include "wire/payload_decoder.h"
#include "wire/sse_parser.h"

namespace wire = relaybench::wire;

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

constexpr int kRounds = 1000;

template <class Work>
std::size_t allocations_of(Work work) {
    work();  // lets the buffers grow
    const std::size_t before = allocations.load();
    for (int i = 0; i < kRounds; ++i) {
        work();
    }
    return allocations.load() - before;
}

struct ByteCount final : wire::SseSink {
    bool on_event(const wire::SseEvent& event) override {
        bytes += event.data.size();
        return true;
    }
    void on_comment() override { ++bytes; }
    std::size_t bytes = 0;
};

}  // namespace

void* operator new(std::size_t size) { return counted(size); }

void* operator new[](std::size_t size) { return counted(size); }

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return counted(size); }

void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return counted(size); }

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete[](void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

TEST_CASE("allocations: the counter counts") {
    CHECK(allocations_of([] { delete new int(7); }) >= kRounds);
}

TEST_CASE("allocations: decoding a chunk of any dialect makes none") {
    wire::PayloadDecoder decoder;
    struct Row {
        wire::Dialect dialect;
        std::string payload;
    };
    for (const Row& row : {
             Row{wire::Dialect::ChatSse,
                 R"({"id":"chatcmpl-X1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","server_timestamp":1,)"
                 R"("choices":[{"index":0,"delta":{"content":" a token"},"finish_reason":"stop"}],)"
                 R"("usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}})"},
             Row{wire::Dialect::ChatSse, "[DONE]"},
             Row{wire::Dialect::ProxySse, R"({"content":"Hi"})"},
             Row{wire::Dialect::StreamWs, R"({"type":"chunk","content":"Hi"})"},
             Row{wire::Dialect::ChatWs, R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}}]}}]})"},
             Row{wire::Dialect::ChatSse, R"({"choices":[{"delta":{"content":")" + std::string(20000, 'x') + R"("}}]})"},
         }) {
        CAPTURE(row.payload);
        std::size_t bytes = 0;
        CHECK(allocations_of([&] { bytes += decoder.decode(row.dialect, {}, row.payload).token_bytes; }) == 0);
    }
}

TEST_CASE("allocations: events that come whole make none, split ones none either once a buffer stands") {
    ByteCount sink;
    wire::SseParser parser;
    const std::string whole = ": ping\n\ndata: {\"choices\":[]}\n\nevent: x\ndata: 1\n\n";
    const std::size_t before = allocations.load();
    CHECK(parser.feed(whole, sink) == wire::SseParser::Status::Ok);
    CHECK(allocations.load() == before);
    CHECK(allocations_of([&] {
              static_cast<void>(parser.feed(std::string_view(whole).substr(0, 20), sink));
              static_cast<void>(parser.feed(std::string_view(whole).substr(20), sink));
          }) == 0);
    CHECK(sink.bytes > 0);
}
