#include "doctor/http_exchange.h"

#include <doctest/doctest.h>

#include "doctor/sse_probe.h"

namespace doctor = relaybench::doctor;

TEST_CASE("http reply: a word of a list is found in each header of that name, in any letters, and whole") {
    doctor::HttpReply reply;
    reply.headers = {{"connection", "keep-alive"}, {"connection", "Upgrade , x-more"}, {"upgrade", "WebSocket"}};
    CHECK(reply.lists("connection", "upgrade"));
    CHECK(reply.lists("connection", "Keep-Alive"));
    CHECK(reply.lists("upgrade", "websocket"));
    CHECK_FALSE(reply.lists("connection", "up"));
    CHECK_FALSE(reply.lists("connection", "close"));
    CHECK_FALSE(reply.lists("vary", "upgrade"));
}

TEST_CASE("http reply: types are read in any letters") {
    doctor::StreamSample sample;
    sample.reply.status = 200;
    sample.reply.headers = {{"content-type", "Text/Event-Stream; Charset=UTF-8"}};
    CHECK(sample.is_stream());
    sample.reply.headers = {{"content-type", "Application/JSON"}};
    CHECK_FALSE(sample.is_stream());
    CHECK(sample.reply.is_json());
    sample.reply.headers = {{"content-type", "Text/HTML"}};
    CHECK(sample.reply.is_html());
}
