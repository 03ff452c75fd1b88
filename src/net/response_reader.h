#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "stream/transport.h"

// Its header and that of libwebsockets define the same names, so no file may include both.
struct http_parser;
struct http_parser_settings;

namespace relaybench::net {

/// Reads one HTTP/1.x response: first the head (interim 1xx responses are skipped), then the body with its framing removed. The end of
/// a body is judged strictly: a chunked body without its last chunk, or one shorter than Content-Length, is not complete. Framing is
/// decoded by http-parser; chunk extensions and any letter case of "chunked" are accepted, trailers are dropped.
class ResponseReader {
  public:
    enum class State : std::uint8_t {
        Head,
        Body,
        Complete,  ///< the framing says that the body is over
        Broken,    ///< not HTTP, or the body's framing is wrong (see why())
    };
    enum class Next : std::uint8_t { Continue, Stop };

    /// Receives body bytes. A view lives until the call returns; Stop makes the reader drop the rest of what it was fed.
    class BodySink {
      public:
        BodySink() = default;
        BodySink(const BodySink&) = delete;
        BodySink& operator=(const BodySink&) = delete;
        virtual ~BodySink() = default;
        virtual Next on_body(std::string_view bytes) = 0;
    };

    ResponseReader();
    ResponseReader(const ResponseReader&) = delete;
    ResponseReader& operator=(const ResponseReader&) = delete;
    ~ResponseReader();

    /// Feeds bytes until the head is complete; returns how many it used. What is left belongs to feed_body(), or, after a 101, to the
    /// new protocol. Call while state() is Head.
    [[nodiscard]] std::size_t feed_head(std::string_view bytes);

    /// Feeds body bytes; returns how many it used (fewer only when the body ended, broke, or the sink said Stop).
    std::size_t feed_body(std::string_view bytes, BodySink& sink);

    /// The peer closed in an orderly way. True when that is how this body ends (neither chunked nor of a given length).
    [[nodiscard]] bool ends_with_connection() const;

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const stream::ResponseHead& head() const { return head_; }
    /// Whether the connection may carry another request after a complete body.
    [[nodiscard]] bool keeps_alive() const { return keeps_alive_; }
    [[nodiscard]] std::string_view why() const;
    /// Frees the head's strings, once they were reported.
    void forget_head();

  private:
    static const http_parser_settings& settings();
    static ResponseReader& self(http_parser* parser);
    static int on_begin(http_parser* parser);
    static int on_reason(http_parser* parser, const char* at, std::size_t size);
    static int on_name(http_parser* parser, const char* at, std::size_t size);
    static int on_value(http_parser* parser, const char* at, std::size_t size);
    static int on_head_complete(http_parser* parser);
    static int on_body_bytes(http_parser* parser, const char* at, std::size_t size);
    static int on_complete(http_parser* parser);

    [[nodiscard]] bool fits(std::size_t more);
    [[nodiscard]] bool is_interim() const;

    std::unique_ptr<http_parser> parser_;
    stream::ResponseHead head_;
    BodySink* sink_ = nullptr;
    std::size_t head_bytes_ = 0;
    State state_ = State::Head;
    bool value_begun_ = false;
    bool keeps_alive_ = false;
    bool too_big_ = false;
};

}  // namespace relaybench::net
