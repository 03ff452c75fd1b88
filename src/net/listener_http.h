#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::net {

struct ServerHeader {
    std::string name;  ///< lower case
    std::string value;
};

/// One whole request as a client sent it. Everything in it is untrusted.
struct ServerRequest {
    std::string method;
    std::string target;  ///< path and query
    std::vector<ServerHeader> headers;
    std::string body;
    bool keep_alive = true;  ///< by version and Connection header
    bool http_1_0 = false;   ///< no chunked answers
    bool upgrade = false;    ///< `Connection: Upgrade` with an Upgrade header

    /// First value of a header (lower-case name), or empty.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// The target up to '?'.
    [[nodiscard]] std::string_view path() const;
    /// The value of a query parameter, as it is (not percent-decoded), or empty.
    [[nodiscard]] std::string_view query(std::string_view name) const;
};

struct RequestLimits {
    std::size_t head_bytes = 32U << 10U;
    std::size_t body_bytes = 16U << 20U;
};

/// Bytes of one connection → requests, by http-parser. Pipelined requests are handed out one at a time.
class HttpRequestReader {
  public:
    explicit HttpRequestReader(RequestLimits limits = {});
    HttpRequestReader(HttpRequestReader&&) noexcept;
    HttpRequestReader& operator=(HttpRequestReader&&) noexcept;
    ~HttpRequestReader();

    enum class Status : std::uint8_t { NeedMore, Complete, Bad, HeadTooLarge, BodyTooLarge };
    struct Step {
        Status status = Status::NeedMore;
        std::size_t consumed = 0;  ///< bytes taken; on Complete the rest belongs to the next request or to the upgraded protocol
    };
    /// After Complete, take() the request before feeding on; after Bad and TooLarge the connection cannot go on.
    [[nodiscard]] Step feed(std::string_view bytes);
    [[nodiscard]] ServerRequest take();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace relaybench::net
