#include <doctest/doctest.h>

#include <string>

#include "relay/doctor_ledger.h"
#include "relay/doctor_stream.h"

namespace relay = relaybench::relay;
namespace core = relaybench::core;
namespace wire = relaybench::wire;
using std::chrono::milliseconds;

namespace {

/// A stream and the time it lives in.
struct DoctorPlay {
    explicit DoctorPlay(const relay::DoctorPlan& plan) : stream(plan, clock.now()) {}
    /// What is written once so much time has passed.
    std::string after(milliseconds wait) {
        clock.advance(wait);
        std::string bytes;
        stream.write_due(clock.now(), bytes);
        return bytes;
    }
    core::ManualClock clock;
    relay::DoctorStream stream;
};

relay::DoctorPlan plain_plan(std::uint32_t events, milliseconds interval, milliseconds beat = milliseconds(0)) {
    return {.schedule = {events, interval}, .beat = beat, .pad_bytes = 0, .framing = relay::Framing::HttpPlain};
}

}  // namespace

TEST_CASE("doctor stream: the comment at once, each event at its time, [DONE] right behind the last") {
    DoctorPlay play(plain_plan(2, milliseconds(300)));
    CHECK(play.after(milliseconds(0)) == ": ok\n\n");
    CHECK(play.after(milliseconds(299)).empty());
    CHECK(play.stream.next_due() == play.clock.now() + milliseconds(1));
    CHECK(play.after(milliseconds(1)) == "data: {\"seq\":1,\"t_us\":300000}\n\n");
    CHECK_FALSE(play.stream.counts().ended);
    CHECK(play.after(milliseconds(300)) == "data: {\"seq\":2,\"t_us\":600000}\n\ndata: [DONE]\n\n");
    CHECK(play.stream.counts().ended);
    CHECK(play.stream.counts().events == 2);
    CHECK(play.stream.counts().comments == 1);
    CHECK(play.stream.next_due() == core::TimePoint::max());
    CHECK(play.after(milliseconds(1000)).empty());
}

TEST_CASE("doctor stream: an event that leaves late says so, and the next one is on time again") {
    DoctorPlay play(plain_plan(3, milliseconds(100)));
    CHECK(play.after(milliseconds(150)) == ": ok\n\ndata: {\"seq\":1,\"t_us\":150000}\n\n");
    CHECK(play.stream.next_due() == play.clock.now() + milliseconds(50));
    CHECK(play.after(milliseconds(50)) == "data: {\"seq\":2,\"t_us\":200000}\n\n");
}

TEST_CASE("doctor stream: comments come in between by their own period, after an event of the same time, and are not made up for") {
    DoctorPlay play(plain_plan(1, milliseconds(1000), milliseconds(250)));
    CHECK(play.after(milliseconds(250)) == ": ok\n\n: ka\n\n");
    CHECK(play.after(milliseconds(249)).empty());
    CHECK(play.after(milliseconds(300)) == ": ka\n\n");
    CHECK(play.stream.next_due() == play.clock.now() + milliseconds(201));
    CHECK(play.after(milliseconds(201)) == "data: {\"seq\":1,\"t_us\":1000000}\n\ndata: [DONE]\n\n");
    CHECK(play.stream.counts().comments == 3);
}

TEST_CASE("doctor stream: no events are a whole stream too") {
    DoctorPlay play(plain_plan(0, milliseconds(300), milliseconds(100)));
    CHECK(play.after(milliseconds(0)) == ": ok\n\ndata: [DONE]\n\n");
    CHECK(play.stream.counts().ended);
}

TEST_CASE("doctor stream: chunked, every event is a chunk, and the last chunk ends it") {
    DoctorPlay play({.schedule = {1, milliseconds(0)}, .beat = {}, .pad_bytes = 3, .framing = relay::Framing::HttpChunked});
    CHECK(play.after(milliseconds(0)) ==
          "6\r\n: ok\n\n\r\n"
          "26\r\ndata: {\"seq\":1,\"t_us\":0,\"pad\":\"xxx\"}\n\n\r\n"
          "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

TEST_CASE("doctor stream: a lead comes before the schedule") {
    DoctorPlay play({.schedule = {1, milliseconds(300), milliseconds(5000)}, .framing = relay::Framing::HttpPlain});
    CHECK(play.after(milliseconds(0)) == ": ok\n\n");
    CHECK(play.stream.next_due() == play.clock.now() + milliseconds(5300));
}

TEST_CASE("doctor stream: compressed and flushed, each event comes at once; not flushed, all wait for the end") {
    for (const auto flush : {wire::GzipWriter::Flush::Always, wire::GzipWriter::Flush::WhenFull}) {
        DoctorPlay play({.schedule = {2, milliseconds(300)}, .framing = relay::Framing::HttpPlain, .gzip = flush});
        wire::GzipReader reader;
        std::string text;
        REQUIRE(reader.read(play.after(milliseconds(0)), 1000, text));
        REQUIRE(reader.read(play.after(milliseconds(300)), 1000, text));
        CHECK((text.find("\"seq\":1") != std::string::npos) == (flush == wire::GzipWriter::Flush::Always));
        REQUIRE(reader.read(play.after(milliseconds(300)), 1000, text));
        CHECK(text.find("\"seq\":2") != std::string::npos);
        CHECK(text.ends_with("data: [DONE]\n\n"));
    }
}

TEST_CASE("doctor stream: a compressor that keeps its bytes writes no chunk, which would end the body") {
    DoctorPlay play({.schedule = {2, milliseconds(300)}, .gzip = wire::GzipWriter::Flush::WhenFull});
    play.after(milliseconds(0));
    CHECK(play.after(milliseconds(300)).empty());
}

TEST_CASE("doctor stream: large events leave in writes of bounded size, none is lost") {
    DoctorPlay play({.schedule = {100, milliseconds(0)}, .beat = {}, .pad_bytes = 16'384, .framing = relay::Framing::HttpPlain});
    std::size_t bytes = 0;
    while (!play.stream.counts().ended) {
        REQUIRE(play.stream.next_due() <= play.clock.now());
        const std::string written = play.after(milliseconds(0));
        CHECK(written.size() <= (64U << 10U) + 17'000);
        bytes += written.size();
    }
    CHECK(play.stream.counts().events == 100);
    CHECK(bytes > 100 * 16'384);
}

TEST_CASE("doctor stream: a WebSocket gets text frames and pings, and never an end") {
    DoctorPlay play({.schedule = {1, milliseconds(100)}, .beat = milliseconds(150), .pad_bytes = 0, .framing = relay::Framing::WsText});
    CHECK(play.after(milliseconds(0)).empty());
    CHECK(play.after(milliseconds(100)) == "\x81\x17{\"seq\":1,\"t_us\":100000}");
    CHECK(play.after(milliseconds(50)) == std::string("\x89\0", 2));
    CHECK(play.after(milliseconds(150)) == std::string("\x89\0", 2));
    CHECK_FALSE(play.stream.counts().ended);
    DoctorPlay echo({.schedule = {0, milliseconds(0)}, .beat = {}, .pad_bytes = 0, .framing = relay::Framing::WsText});
    CHECK(echo.after(milliseconds(1000)).empty());
    CHECK(echo.stream.next_due() == core::TimePoint::max());
}

TEST_CASE("doctor ledger: the newest stream of an id is found, and the oldest streams are forgotten") {
    relay::DoctorLedger ledger;
    CHECK_FALSE(ledger.find("a").has_value());
    const auto first = ledger.open("a");
    ledger.note(first, {.events = 3, .comments = 1, .ended = true});
    CHECK(ledger.find("a")->events == 3);
    const auto second = ledger.open("a");
    CHECK(ledger.find("a")->events == 0);
    ledger.note(second, {.events = 5, .comments = 2, .ended = false});
    ledger.note(first, {.events = 4, .comments = 1, .ended = true});
    CHECK(ledger.find("a")->events == 5);
    CHECK(ledger.find("a")->comments == 2);
    for (std::size_t i = 2; i < relay::DoctorLedger::kKept + 1; ++i) {
        static_cast<void>(ledger.open("id-" + std::to_string(i)));
    }
    CHECK(ledger.find("a")->events == 5);
    static_cast<void>(ledger.open("one-more"));
    CHECK_FALSE(ledger.find("a").has_value());
    ledger.note(second, {.events = 9, .comments = 9, .ended = true});
    CHECK_FALSE(ledger.find("a").has_value());
    CHECK(ledger.find("id-2").has_value());
}
