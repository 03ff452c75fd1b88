#include "wire/sse_parser.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace wire = relaybench::wire;
using namespace std::string_literals;
using Status = wire::SseParser::Status;

namespace {

struct Seen {
    std::string type;
    std::string data;
    friend bool operator==(const Seen&, const Seen&) = default;
};

class Collector final : public wire::SseSink {
  public:
    bool on_event(const wire::SseEvent& event) override {
        events.push_back({std::string(event.type), std::string(event.data)});
        views.push_back(event.data);
        return events.size() != stop_after;
    }
    void on_comment() override { ++comments; }

    std::vector<Seen> events;
    std::vector<std::string_view> views;
    int comments = 0;
    std::size_t stop_after = 0;  ///< 0: never
};

/// Feeds exact copies, so that a view that outlives its bytes is seen by the address sanitizer.
Status feed(wire::SseParser& parser, Collector& sink, std::string_view bytes) {
    const std::vector<char> exact(bytes.begin(), bytes.end());
    return parser.feed({exact.data(), exact.size()}, sink);
}

struct Vector {
    const char* name;
    std::string bytes;
    std::vector<Seen> events;
    int comments = 0;
};

const std::vector<Vector>& vectors() {
    static const std::vector<Vector> all = {
        {"CRLF ends", "data: 1\r\n\r\ndata: 2\r\n\r\n", {{"", "1"}, {"", "2"}}},
        {"CR ends", "data: 1\r\rdata: 2\r\r", {{"", "1"}, {"", "2"}}},
        {"LF ends", "data: 1\n\ndata: 2\n\n", {{"", "1"}, {"", "2"}}},
        {"mixed ends", "data: 1\n\r\n", {{"", "1"}}},
        {"LF CR", "data: 1\n\rdata: 2\r\n\n", {{"", "1"}, {"", "2"}}},
        {"a byte-order mark",
         "\xEF\xBB\xBF"
         "data: 1\n\n",
         {{"", "1"}}},
        {"a second byte-order mark spoils its line",
         "\xEF\xBB\xBF\xEF\xBB\xBF"
         "data: 1\n\ndata: 2\n\n",
         {{"", "2"}}},
        {"half a byte-order mark is a field name",
         "\xEF\xBB"
         "data: 1\ndata: 2\n\n",
         {{"", "2"}}},
        {"a byte-order mark later on is no mark",
         "data: 1\n\n\xEF\xBB\xBF"
         "data: 2\n\n",
         {{"", "1"}}},
        {"two lines of data", "data: a\ndata: b\n\n", {{"", "a\nb"}}},
        {"a comment alone", ": x\n\n", {}, 1},
        {"a comment between lines of data", "data: a\n: c\ndata: b\n\n", {{"", "a\nb"}}, 1},
        {"comments with CRLF", ": ping - 2026\r\n\r\ndata: a\r\n\r\n", {{"", "a"}}, 1},
        {"an empty comment", ":\n", {}, 1},
        {"an event without data", "event: ping\n\n", {}},
        {"its type does not stick", "event: ping\n\ndata: 1\n\n", {{"", "1"}}},
        {"only retry", "retry: 5\n\n", {}},
        {"only id", "id: 7\n\n\n\n", {}},
        {"a line separator of Unicode is no line end",
         "data: {\"t\":\"a\xE2\x80\xA8"
         "b\"}\n\n",
         {{"",
           "{\"t\":\"a\xE2\x80\xA8"
           "b\"}"}}},
        {"vertical tab, form feed and NEL are no line ends",
         "data: a\vb\fc\xC2\x85"
         "d\n\n",
         {{"",
           "a\vb\fc\xC2\x85"
           "d"}}},
        {"an end without a line end", "data: [DONE]", {}},
        {"an end without a blank line", "data: [DONE]\n", {}},
        {"no blank after the colon", "data:{\"a\":1}\n\n", {{"", "{\"a\":1}"}}},
        {"only one blank is taken", "data:  a\n\n", {{"", " a"}}},
        {"a tab is not taken", "data:\ta\n\n", {{"", "\ta"}}},
        {"empty data", "data:\n\n", {{"", ""}}},
        {"two bare names", "data\ndata\n\n", {{"", "\n"}}},
        {"three empty lines of data", "data\ndata:\ndata: \n\n", {{"", "\n\n"}}},
        {"a name with a blank before it", " data: 1\n\n", {}},
        {"names keep their case", "Data: 1\nDATA: 2\n\n", {}},
        {"a longer name", "database: 1\n\n", {}},
        {"an event type", "event: message_start\ndata: {}\n\n", {{"message_start", "{}"}}},
        {"the type after the data", "data: {}\nevent: late\n\n", {{"late", "{}"}}},
        {"the last type wins", "event: a\nevent: b\ndata: 1\n\n", {{"b", "1"}}},
        {"an empty type takes the type back", "event: a\nevent\ndata: 1\n\n", {{"", "1"}}},
        {"ids with and without NUL", "id: 1\ndata: a\n\nid: \0\ndata: b\n\n"s, {{"", "a"}, {"", "b"}}},
        {"data with NUL", "data: a\0b\n\n"s, {{"", "a\0b"s}}},
        {"a colon in the value", "data: a: b\n\n", {{"", "a: b"}}},
        {"many blank lines", "\n\n\r\r\n\ndata: 1\n\n\n\n", {{"", "1"}}},
        {"UTF-8 of several bytes", "data: h\xC3\xA9\xF0\x9F\x98\x80\n\n", {{"", "h\xC3\xA9\xF0\x9F\x98\x80"}}},
        {"bytes that are not UTF-8 are handed on", "data: \xFF\xC3\n\n", {{"", "\xFF\xC3"}}},
        {"nothing", "", {}},
    };
    return all;
}

}  // namespace

TEST_CASE("sse: the standard's vectors, whole, byte by byte and at every split") {
    for (const Vector& vector : vectors()) {
        CAPTURE(vector.name);
        for (std::size_t cut = 0; cut <= vector.bytes.size(); ++cut) {
            CAPTURE(cut);
            wire::SseParser parser;
            Collector sink;
            CHECK(feed(parser, sink, std::string_view(vector.bytes).substr(0, cut)) == Status::Ok);
            CHECK(feed(parser, sink, std::string_view(vector.bytes).substr(cut)) == Status::Ok);
            CHECK(sink.events == vector.events);
            CHECK(sink.comments == vector.comments);
        }
        wire::SseParser parser;
        Collector sink;
        for (const char byte : vector.bytes) {
            CHECK(feed(parser, sink, {&byte, 1}) == Status::Ok);
        }
        CHECK(sink.events == vector.events);
        CHECK(sink.comments == vector.comments);
    }
}

TEST_CASE("sse: three pieces at every pair of splits") {
    const std::string bytes =
        "\xEF\xBB\xBF"
        "event: e\r\ndata: ab\r\n: c\r\ndata: d\r\n\r\ndata: x\n\n";
    const std::vector<Seen> expected = {{"e", "ab\nd"}, {"", "x"}};
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
        for (std::size_t second = first; second <= bytes.size(); ++second) {
            wire::SseParser parser;
            Collector sink;
            const std::string_view view = bytes;
            CHECK(feed(parser, sink, view.substr(0, first)) == Status::Ok);
            CHECK(feed(parser, sink, view.substr(first, second - first)) == Status::Ok);
            CHECK(feed(parser, sink, view.substr(second)) == Status::Ok);
            REQUIRE(sink.events == expected);
        }
    }
}

TEST_CASE("sse: a CR at the end of the bytes ends the line at once") {
    wire::SseParser parser;
    Collector sink;
    CHECK(feed(parser, sink, "data: 1\r\n\r") == Status::Ok);
    CHECK(sink.events.size() == 1);
    CHECK(feed(parser, sink, "\ndata: 2\r\n\r\n") == Status::Ok);
    CHECK(sink.events == std::vector<Seen>{{"", "1"}, {"", "2"}});
}

TEST_CASE("sse: an event that comes whole is a view into the bytes") {
    wire::SseParser parser;
    Collector sink;
    const std::string bytes = "data: first\n\nevent: t\ndata: second\n\n";
    CHECK(parser.feed(bytes, sink) == Status::Ok);
    REQUIRE(sink.views.size() == 2);
    CHECK(sink.views[0].data() == bytes.data() + 6);
    CHECK(sink.views[1].data() == bytes.data() + bytes.find("second"));
}

TEST_CASE("sse: a sink that wants no more is not called again") {
    wire::SseParser parser;
    Collector sink;
    sink.stop_after = 1;
    CHECK(feed(parser, sink, "data: 1\n\ndata: 2\n\n") == Status::Stopped);
    CHECK(sink.events.size() == 1);
    parser.reset();
    sink.stop_after = 0;
    CHECK(feed(parser, sink,
               "\xEF\xBB\xBF"
               "data: 3\n\n") == Status::Ok);
    CHECK(sink.events.back() == Seen{"", "3"});
}

TEST_CASE("sse: lines and events are bounded, whole or in pieces") {
    constexpr std::size_t kMax = 16;
    struct Row {
        const char* name;
        std::string bytes;
        Status status;
        std::size_t events;
    };
    for (const Row& row : {
             Row{"a line of the limit", "data: " + std::string(10, 'x') + "\n\n", Status::Ok, 1},
             Row{"a line one above", "data: " + std::string(11, 'x') + "\n\n", Status::TooLarge, 0},
             Row{"a line without an end", std::string(17, 'x'), Status::TooLarge, 0},
             Row{"a comment without an end", "data: 1\n\n:" + std::string(16, 'x'), Status::TooLarge, 1},
             Row{"lines of data that add up", "data: 12345\ndata: 12345\ndata: 1234\n\n", Status::Ok, 1},
             Row{"lines of data that add up to too much", "data: 12345\ndata: 12345\ndata: 12345\n\n", Status::TooLarge, 0},
         }) {
        CAPTURE(row.name);
        wire::SseParser whole(kMax);
        Collector whole_sink;
        CHECK(feed(whole, whole_sink, row.bytes) == row.status);
        CHECK(whole_sink.events.size() == row.events);
        wire::SseParser pieces(kMax);
        Collector pieces_sink;
        Status status = Status::Ok;
        for (std::size_t i = 0; i < row.bytes.size() && status == Status::Ok; ++i) {
            status = feed(pieces, pieces_sink, std::string_view(row.bytes).substr(i, 1));
        }
        CHECK(status == row.status);
        CHECK(pieces_sink.events == whole_sink.events);
    }
}

TEST_CASE("sse: an idle parser is small") { CHECK(sizeof(wire::SseParser) <= 32); }
