#include "doctor/real_stream.h"

#include <doctest/doctest.h>

namespace doctor = relaybench::doctor;
namespace core = relaybench::core;
namespace wire = relaybench::wire;
using doctor::RealStream;
using Verdict = doctor::RealPace::Verdict;
using namespace std::chrono_literals;

namespace {

const core::TimePoint kAsked{1h};

/// `count` chunks, the first after `first`, the others at this distance.
RealStream streamed(std::size_t count, core::Duration first, core::Duration gap) {
    RealStream stream;
    stream.asked = kAsked;
    stream.finished = true;
    stream.end = RealStream::End::Orderly;
    for (std::size_t i = 0; i < count; ++i) {
        stream.chunks.push_back(kAsked + first + gap * static_cast<int>(i));
    }
    return stream;
}

Verdict verdict(const RealStream& stream) { return doctor::pace_of(stream).verdict; }

constexpr const char* kChunk = "data: {\"choices\":[{\"delta\":{\"content\":\"one, \"}}]}\n\n";
constexpr const char* kEnd = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n";

/// An answer whose pieces came at these times after the question.
doctor::HttpReply answer(const std::vector<std::pair<core::Duration, std::string>>& pieces) {
    doctor::HttpReply reply;
    reply.end = doctor::HttpReply::End::Complete;
    reply.status = 200;
    reply.headers = {{"content-type", "text/event-stream"}};
    reply.asked = kAsked;
    for (const auto& [at, text] : pieces) {
        reply.body += text;
        reply.pieces.push_back({.at = kAsked + at, .body_bytes = reply.body.size()});
    }
    return reply;
}

}  // namespace

TEST_CASE("real: a model that writes one by one is spread, however fast or slow it is") {
    CHECK(verdict(streamed(40, 400ms, 20ms)) == Verdict::Spread);
    CHECK(verdict(streamed(40, 3s, 2ms)) == Verdict::Spread);
    CHECK(verdict(streamed(8, 100ms, 500ms)) == Verdict::Spread);
}

TEST_CASE("real: all in one moment after a long wait is no writing") {
    const auto pace = doctor::pace_of(streamed(40, 2s, 100us));
    CHECK(pace.verdict == Verdict::AtOnce);
    CHECK(pace.chunks == 40);
    CHECK(pace.arrivals == 1);
    CHECK(pace.first == 2s);
}

TEST_CASE("real: few chunks, a cache's quick answer and few lumps decide nothing") {
    CHECK(verdict(streamed(7, 2s, 100ms)) == Verdict::TooFew);
    CHECK(verdict(streamed(40, 150ms, 100us)) == Verdict::TooFew);
    RealStream lumps = streamed(20, 1s, 0ms);
    for (std::size_t i = 10; i < 20; ++i) {
        lumps.chunks[i] += 1s;
    }
    CHECK(verdict(lumps) == Verdict::Lumps);
}

TEST_CASE("real: an end that is missing, an error and time that is up are told apart") {
    RealStream cut = streamed(20, 1s, 20ms);
    cut.end = RealStream::End::Cut;
    CHECK(verdict(cut) == Verdict::Cut);
    RealStream unfinished = streamed(20, 1s, 20ms);
    unfinished.finished = false;
    CHECK(verdict(unfinished) == Verdict::Cut);
    RealStream late = streamed(20, 1s, 20ms);
    late.end = RealStream::End::TimedOut;
    CHECK(verdict(late) == Verdict::Unfinished);
    late.error = wire::RelayError{};
    CHECK(verdict(late) == Verdict::Refused);
    CHECK(verdict(RealStream{}) == Verdict::NotReached);
}

TEST_CASE("real: chunks of an answer are counted by the dialect's own decoder, at the moment of their reads") {
    const auto reply =
        answer({{500ms, std::string(kChunk) + std::string(kChunk).substr(0, 20)}, {700ms, std::string(kChunk).substr(20)}, {900ms, kEnd}});
    const RealStream stream = doctor::read_completion(wire::Dialect::ChatSse, reply);
    REQUIRE(stream.chunks.size() == 2);
    CHECK(stream.chunks[0] == kAsked + 500ms);
    CHECK(stream.chunks[1] == kAsked + 700ms);
    CHECK(stream.finished);
    CHECK(stream.end == RealStream::End::Orderly);
    CHECK_FALSE(stream.error);
}

TEST_CASE("real: who was not reached, and who answers something else, cut no stream") {
    doctor::HttpReply none;
    none.detail = "connection refused";
    CHECK(verdict(doctor::read_completion(wire::Dialect::ChatSse, none)) == Verdict::NotReached);
    none.end = doctor::HttpReply::End::TimedOut;
    CHECK(verdict(doctor::read_completion(wire::Dialect::ChatSse, none)) == Verdict::Unfinished);
    auto whole = answer({{100ms, R"({"choices":[{"message":{"content":"one"}}]})"}});
    whole.headers = {{"content-type", "application/json"}};
    CHECK(verdict(doctor::read_completion(wire::Dialect::ChatSse, whole)) == Verdict::NoStream);
}

TEST_CASE("real: a refusal and an error in the middle are the relay's words") {
    auto refused =
        answer({{100ms, R"({"error":{"message":"The model does not exist","type":"invalid_request_error","code":"model_not_found"}})"}});
    refused.status = 404;
    refused.headers = {{"content-type", "application/json"}};
    const RealStream stream = doctor::read_completion(wire::Dialect::ChatSse, refused);
    REQUIRE(stream.error);
    CHECK(stream.error->error_class == wire::ErrorClass::NotFound);
    const auto broken = answer({{100ms, kChunk}, {200ms, "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"}});
    CHECK(doctor::read_completion(wire::Dialect::ChatSse, broken).error);
}
