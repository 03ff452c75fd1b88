#include "doctor/stream_end.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace relaybench::doctor {
namespace {

StreamSample sample(std::initializer_list<std::uint64_t> numbers, HttpReply::End end = HttpReply::End::Complete) {
    StreamSample made;
    made.reply.end = end;
    made.reply.status = 200;
    for (const auto number : numbers) {
        made.events.push_back({.sent = {}, .came = {}, .number = number});
    }
    return made;
}

std::string disorder(std::initializer_list<std::uint64_t> numbers) { return disorder_of(sample(numbers).events).value_or("none"); }

std::string code_of(const StreamSample& made) {
    const auto outcome = why_not_whole(made);
    return outcome ? outcome->findings.at(0).code : "whole";
}

TEST_CASE("stream end: what is wrong with the numbers of events is named, and a missing end is not") {
    CHECK(disorder({1, 2, 3}) == "none");
    CHECK(disorder({}) == "none");
    CHECK(disorder({0, 0, 0}) == "none");
    CHECK(disorder({1, 2, 4, 5}) == "event 3 did not come");
    CHECK(disorder({2, 3}) == "event 1 did not come");
    CHECK(disorder({1, 2, 2, 3}) == "event 2 came twice");
    CHECK(disorder({1, 2, 3, 1, 2, 3}) == "event 1 came twice");
    CHECK(disorder({1, 3, 2, 4}) == "event 3 came before event 2");
}

TEST_CASE("stream end: cut, ended early, altered and unreadable are four things") {
    CHECK(code_of(sample({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})) == "whole");
    CHECK(code_of(sample({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, HttpReply::End::CutShort)) == "sse.truncated");
    CHECK(code_of(sample({1, 2, 3})) == "sse.truncated");
    CHECK(code_of(sample({1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12})) == "sse.altered");
    CHECK(code_of(sample({1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7})) == "sse.altered");
    StreamSample packed = sample({});
    packed.reply.headers.push_back({"content-encoding", "br"});
    CHECK(code_of(packed) == "sse.compression-broken");
    packed = sample({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    packed.reply.headers.push_back({"content-encoding", "br"});
    CHECK(code_of(packed) == "sse.compression-broken");  // readable by chance, and only here
    packed.reply.headers.front().value = "gzip";
    CHECK(code_of(packed) == "whole");
    CHECK(code_of(sample({})) == "sse.truncated");
}

TEST_CASE("stream end: an event that is none of the relay's is quoted, without what a terminal would obey") {
    StreamSample ended = sample({1, 2, 3});
    ended.strange = "{\"error\":\"time\x1b[31m is up\"}";
    const auto outcome = why_not_whole(ended);
    REQUIRE(outcome);
    const std::string& cause = outcome->findings.at(0).cause;
    CHECK(cause.find("is up") != std::string::npos);
    CHECK(cause.find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace relaybench::doctor
