#include "wire/dialect.h"

#include <doctest/doctest.h>

using namespace std::string_view_literals;
namespace wire = relaybench::wire;

TEST_CASE("dialect: every id leads back to its dialect") {
    CHECK(wire::dialects().size() == 7);
    for (const wire::DialectInfo& about : wire::dialects()) {
        CAPTURE(about.id);
        CHECK(wire::dialect_by_id(about.id) == about.dialect);
        CHECK(wire::info(about.dialect).id == about.id);
        CHECK(about.default_path.starts_with("/v1/"));
    }
}

TEST_CASE("dialect: an id that nobody knows has no dialect") {
    CHECK_FALSE(wire::dialect_by_id("chat_sse"));
    CHECK_FALSE(wire::dialect_by_id(""));
    CHECK_FALSE(wire::dialect_by_id("CHAT-SSE"));
}

TEST_CASE("dialect: the list of ids has the order of the table") {
    REQUIRE(wire::dialect_ids().size() == wire::dialects().size());
    CHECK(wire::dialect_ids().front() == "chat-sse"sv);
    CHECK(wire::dialect_ids().back() == "ws-stream"sv);
}

TEST_CASE("dialect: only chat-json does not stream, and only the ws dialects ride on WebSockets") {
    for (const wire::DialectInfo& about : wire::dialects()) {
        CAPTURE(about.id);
        CHECK(about.streaming == (about.dialect != wire::Dialect::ChatJson));
        CHECK((about.carrier == wire::Carrier::WebSocket) == (about.id.find("ws") != std::string_view::npos));
    }
}
