#include "net/response_reader.h"

#include <doctest/doctest.h>

#include <string>

namespace relaybench::net {
namespace {

struct Body final : ResponseReader::BodySink {
    ResponseReader::Next on_body(std::string_view piece) override {
        bytes += piece;
        return stop ? ResponseReader::Next::Stop : ResponseReader::Next::Continue;
    }
    std::string bytes;
    bool stop = false;
};

struct Read {
    ResponseReader reader;
    Body body;
    std::string rest;  ///< what the reader did not use

    Read(std::string_view bytes, std::size_t piece) {
        std::string left;
        for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
            left += bytes.substr(0, piece);
            if (reader.state() == ResponseReader::State::Head) {
                left.erase(0, reader.feed_head(left));
            }
            if (reader.state() == ResponseReader::State::Body && reader.head().status != 101) {
                left.erase(0, reader.feed_body(left, body));
            }
        }
        rest = left;
    }
};

using State = ResponseReader::State;

TEST_CASE("response reader: a chunked response split at every place") {
    const std::string bytes =
        "HTTP/1.1 200 OK\r\nX-A: 1 \r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\nrest";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        const Read read(bytes, piece);
        CHECK(read.reader.state() == State::Complete);
        CHECK(read.body.bytes == "abcde");
        CHECK(read.rest == "rest");
        CHECK(read.reader.head().status == 200);
        CHECK(read.reader.head().reason == "OK");
        CHECK(read.reader.head().headers.size() == 3);
        CHECK(read.reader.head().header("x-a") == "1");
        CHECK(read.reader.keeps_alive());
    }
}

TEST_CASE("response reader: a given length, an empty one, and statuses without a body complete by themselves") {
    CHECK(Read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", 100).rest == "d");
    CHECK(Read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 100).reader.state() == State::Complete);
    CHECK(Read("HTTP/1.1 204 No Content\r\n\r\n", 1).reader.state() == State::Complete);
    CHECK(Read("HTTP/1.1 304 Not Modified\r\n\r\n", 1).reader.state() == State::Complete);
}

TEST_CASE("response reader: only a body without framing ends with the connection") {
    CHECK(Read("HTTP/1.1 200 OK\r\n\r\nabc", 100).reader.ends_with_connection());
    CHECK_FALSE(Read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 100).reader.ends_with_connection());
    CHECK_FALSE(Read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", 100).reader.ends_with_connection());
}

TEST_CASE("response reader: keep-alive follows version, header and framing") {
    const auto keeps = [](const char* bytes) { return Read(bytes, 1000).reader.keeps_alive(); };
    CHECK(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\n\r\n"));
}

TEST_CASE("response reader: after a 101 every byte belongs to the new protocol") {
    for (std::size_t piece = 1; piece <= 70; ++piece) {
        const Read read("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x01x", piece);
        CHECK(read.reader.head().status == 101);
        CHECK(read.rest == "\x81\x01x");
    }
}

TEST_CASE("response reader: what is not HTTP, or not chunked as it says, is broken and says why") {
    CHECK(Read("garbage\r\n\r\n", 100).reader.state() == State::Broken);
    const Read chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 100);
    CHECK(chunked.reader.state() == State::Broken);
    CHECK_FALSE(chunked.reader.why().empty());
    CHECK(Read("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", 100).reader.state() == State::Broken);
}

TEST_CASE("response reader: Stop drops the rest of what was fed") {
    ResponseReader reader;
    Body body;
    body.stop = true;
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n";
    bytes.erase(0, reader.feed_head(bytes));
    reader.feed_body(bytes, body);
    CHECK(body.bytes == "a");
}

}  // namespace
}  // namespace relaybench::net
