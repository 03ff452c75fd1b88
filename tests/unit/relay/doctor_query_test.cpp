#include <doctest/doctest.h>

#include <string>

#include "relay/doctor_query.h"

namespace relay = relaybench::relay;
using std::chrono::milliseconds;

namespace {

std::string stream_query_error(const std::string& query) {
    const auto read = relay::read_doctor_stream_query("/v1/doctor/stream?" + query);
    return read ? "" : read.error().message;
}

}  // namespace

TEST_CASE("doctor query: what is not said has its default") {
    for (const char* target : {"/v1/doctor/stream", "/v1/doctor/stream?"}) {
        const auto query = relay::read_doctor_stream_query(target);
        REQUIRE(query.has_value());
        CHECK(query->schedule.events == 12);
        CHECK(query->schedule.interval == milliseconds(300));
        CHECK(query->pad_bytes == 0);
        CHECK(query->keepalive == milliseconds(0));
        CHECK(query->id.empty());
        CHECK(query->forbid_buffering);
        CHECK(query->schedule.lead == milliseconds(0));
        CHECK_FALSE(query->gzip.has_value());
    }
    const auto socket = relay::read_doctor_socket_query("/v1/doctor/ws");
    REQUIRE(socket.has_value());
    CHECK_FALSE(socket->paced.has_value());
    CHECK(socket->heartbeat == milliseconds(0));
}

TEST_CASE("doctor query: every parameter is read up to its bound") {
    const std::string id(64, 'Z');
    const auto query = relay::read_doctor_stream_query(
        "/v1/doctor/stream?events=1000&interval_ms=2000000&pad_bytes=16384&keepalive_ms=2000000&buffering=default&id=" + id);
    REQUIRE(query.has_value());
    CHECK(query->schedule.events == 1000);
    CHECK(query->schedule.interval == milliseconds(2'000'000));
    CHECK(query->pad_bytes == 16'384);
    CHECK(query->keepalive == milliseconds(2'000'000));
    CHECK(query->id == id);
    CHECK_FALSE(query->forbid_buffering);
    const auto socket = relay::read_doctor_socket_query("/v1/doctor/ws?mode=paced&events=0&interval_ms=0&heartbeat_ms=25");
    REQUIRE(socket.has_value());
    REQUIRE(socket->paced.has_value());
    CHECK(socket->paced->events == 0);
    CHECK(socket->paced->interval == milliseconds(0));
    CHECK(socket->heartbeat == milliseconds(25));
}

TEST_CASE("doctor query: a bad value is told with what would be accepted") {
    CHECK(stream_query_error("events=1001") == R"(events is "1001", expected a whole number from 0 to 1000)");
    CHECK(stream_query_error("events=") == R"(events is "", expected a whole number from 0 to 1000)");
    CHECK(stream_query_error("interval_ms=-1") == R"(interval_ms is "-1", expected a whole number from 0 to 2000000)");
    CHECK(stream_query_error("keepalive_ms=1s") == R"(keepalive_ms is "1s", expected a whole number from 0 to 2000000)");
    CHECK(stream_query_error("pad_bytes=99999999999") == R"(pad_bytes is "99999999999", expected a whole number from 0 to 16384)");
    CHECK(stream_query_error("gzip=yes") == R"(gzip is "yes", expected never, flushed or unflushed)");
    CHECK(stream_query_error("buffering=yes") == R"(buffering is "yes", expected no or default)");
    CHECK(stream_query_error("id=a_b") == R"(id is "a_b", expected 1 to 64 of the characters A-Z, a-z, 0-9 and -)");
    CHECK(stream_query_error("id=" + std::string(65, 'a')).find("expected 1 to 64 of") != std::string::npos);
}

TEST_CASE("doctor query: unknown parameters are refused, and all problems are told at once") {
    CHECK(
        stream_query_error("event=3&buffering=off&pad_bytes=x") ==
        R"(there is no parameter "event" (did you mean "events"?), expected events, interval_ms, lead_ms, pad_bytes, keepalive_ms, id, buffering or gzip; )"
        R"(pad_bytes is "x", expected a whole number from 0 to 16384; buffering is "off", expected no or default)");
    const auto socket = relay::read_doctor_socket_query("/v1/doctor/ws?mode=talk");
    REQUIRE_FALSE(socket.has_value());
    CHECK(socket.error().message == R"(mode is "talk", expected echo or paced)");
}
