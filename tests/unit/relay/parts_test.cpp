#include <doctest/doctest.h>

#include <string>

#include "relay/admission.h"
#include "relay/documents.h"
#include "relay/rate_window.h"
#include "relay/stream_encoder.h"
#include "relay/timer_heap.h"
#include "relay/truth.h"

namespace relay = relaybench::relay;
namespace core = relaybench::core;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("rate window: the limit holds within any window and tells when a request would pass") {
    relay::RateWindow window(2, seconds(60));
    core::ManualClock clock;
    CHECK(window.admit("k", clock.now()).passes);
    clock.advance(seconds(10));
    CHECK(window.admit("k", clock.now()).passes);
    const auto refused = window.admit("k", clock.now());
    CHECK_FALSE(refused.passes);
    CHECK(refused.retry_after == seconds(50));
    CHECK(window.admit("another", clock.now()).passes);
    clock.advance(seconds(50));
    CHECK(window.admit("k", clock.now()).passes);
    CHECK_FALSE(window.admit("k", clock.now()).passes);
}

TEST_CASE("timer heap: timers come in the order of their times and not before") {
    relay::TimerHeap heap;
    core::ManualClock clock;
    const auto now = clock.now();
    for (const int ms : {30, 10, 20}) {
        heap.add({now + milliseconds(ms), {static_cast<std::uint32_t>(ms), 0}, relay::TimerKind::Stream});
    }
    CHECK(heap.next_due() == now + milliseconds(10));
    CHECK_FALSE(heap.pop_due(now + milliseconds(9)).has_value());
    CHECK(heap.pop_due(now + milliseconds(25))->connection.slot == 10);
    CHECK(heap.pop_due(now + milliseconds(25))->connection.slot == 20);
    CHECK_FALSE(heap.pop_due(now + milliseconds(25)).has_value());
    CHECK(heap.size() == 1);
}

TEST_CASE("truth: quantiles are by nearest rank, also of a bounded sample") {
    relay::TimeSample sample;
    for (int i = 1; i <= 100; ++i) {
        sample.add(std::chrono::microseconds(101 - i));
    }
    CHECK(sample.quantile_us(0.5) == 50);
    CHECK(sample.quantile_us(0.99) == 99);
    CHECK(sample.quantile_us(1.0) == 100);
    CHECK(relay::TimeSample().quantile_us(0.5) == 0);
    relay::TimeSample bounded(1000);
    for (int i = 0; i < 100'000; ++i) {
        bounded.add(std::chrono::microseconds(i));
    }
    CHECK(bounded.count() == 100'000);
    // The median of 1000 uniform draws has a standard deviation of 1.6 % of the range.
    CHECK(bounded.quantile_us(0.5) == doctest::Approx(50'000).epsilon(0.16));
}

TEST_CASE("encoder: stamps are filled in at the last moment and keep the length of the event") {
    core::ManualClock clock;
    relay::ZstdCompressor zstd;
    relay::StreamFormat format;
    format.framing = relay::Framing::HttpChunked;
    format.model = "odd \"model\" @ home";
    format.send_stamps = true;
    relay::StreamEncoder encoder(format, clock, zstd);
    relay::WriteBatch batch;
    encoder.tokens(batch, 0, 2);
    const std::size_t size = batch.size();
    batch.stamp({core::TimePoint(seconds(3)), core::WallTime(milliseconds(1'700'000'000'123))});
    CHECK(batch.size() == size);
    const std::string bytes(batch.view());
    CAPTURE(bytes);
    CHECK(bytes.find(R"("server_timestamp":1700000000123,)") != std::string::npos);
    CHECK(bytes.find(R"("send_stamp_ns":         3000000000})") != std::string::npos);
    CHECK(bytes.find(R"("content":" one two")") != std::string::npos);
    CHECK(bytes.find(R"("model":"odd \"model\" @ home")") != std::string::npos);
    // The chunk's size is that of the event, without framing.
    const std::size_t head = bytes.find("\r\n") + 2;
    CHECK(std::stoul(bytes, nullptr, 16) == bytes.size() - head - 2);
}

TEST_CASE("encoder: a zstd event holds the JSON of the plain one") {
    core::ManualClock clock;
    relay::ZstdCompressor zstd;
    relay::StreamFormat format;
    format.dialect = relaybench::wire::Dialect::WsStream;
    format.framing = relay::Framing::WsZstd;
    relay::StreamEncoder encoder(format, clock, zstd);
    relay::WriteBatch batch;
    encoder.tokens(batch, 0, 1);
    const std::string bytes(batch.view());
    REQUIRE(bytes.size() > 4);
    CHECK(static_cast<unsigned char>(bytes[0]) == 0x82);
    const bool short_form = static_cast<unsigned char>(bytes[1]) < 126;
    const auto json = relay::zstd_decompressed(bytes.substr(short_form ? 2 : 4), 10'000);
    REQUIRE(json.has_value());
    CHECK(json->find(R"("content":" one")") != std::string::npos);
}

TEST_CASE("documents: what a request asks for is read tolerantly") {
    const auto asked = relay::read_asked(
        R"({"model":"m","stream":true,"max_tokens":7,"stream_options":{"include_usage":true},"messages":[{"content":"abcd"},3]})");
    REQUIRE(asked.has_value());
    CHECK(asked->model == "m");
    CHECK(asked->stream);
    CHECK(asked->max_tokens == 7);
    CHECK(asked->include_usage);
    CHECK(asked->prompt_bytes == 4);
    CHECK(relay::read_asked(R"({"model":5,"max_tokens":-1,"stream":"yes"})")->model.empty());
    CHECK_FALSE(relay::read_asked("[]").has_value());
    CHECK_FALSE(relay::read_asked("{").has_value());
}

TEST_CASE("admission: a bearer key needs its scheme and exactly one space") {
    CHECK(relay::bearer_key("Bearer abc") == "abc");
    CHECK_FALSE(relay::bearer_key("Bearer  abc").has_value());
    CHECK_FALSE(relay::bearer_key("Bearer Bearer abc").has_value());
    CHECK_FALSE(relay::bearer_key("Bearerabc").has_value());
    CHECK_FALSE(relay::bearer_key("").has_value());
}

TEST_CASE("admission: deprecated models are refused everywhere, unlisted ones only where the list is kept") {
    relay::Profile open;
    relay::Profile listed;
    listed.model_policy = relay::ModelPolicy::Listed;
    CHECK(relay::Admission(open).refuse_model("gpt-4-turbo")->answer.status == 404);
    CHECK_FALSE(relay::Admission(open).refuse_model("anything").has_value());
    CHECK(relay::Admission(listed).refuse_model("anything").has_value());
    CHECK_FALSE(relay::Admission(listed).refuse_model("gpt-4.1").has_value());
}
