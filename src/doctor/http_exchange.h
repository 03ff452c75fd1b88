#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/channel.h"
#include "wire/request.h"

namespace relaybench::doctor {

/// One HTTP/1.1 request. The body, if any, is JSON unless a header says otherwise.
struct HttpQuestion {
    std::string method = "GET";
    std::string target = "/";
    std::string authority;  ///< Host
    std::vector<wire::Header> headers;
    std::string body;
    std::size_t most_body_bytes = std::size_t{256} << 10;  ///< of the answer; what is beyond ends it
};

/// An answer with the moments at which its pieces came. Everything in it is untrusted.
struct HttpReply {
    enum class End : std::uint8_t { Complete, CutShort, Reset, TlsError, TimedOut, NotHttp, TooLarge, NotSent } end = End::NotSent;
    int status = 0;  ///< 0: no whole head came
    std::string reason;
    std::vector<wire::Header> headers;  ///< names in lower case
    std::string body;
    std::string surplus;  ///< what came behind a 101
    struct Piece {
        core::TimePoint at;
        std::size_t body_bytes = 0;  ///< that had come by then
    };
    std::vector<Piece> pieces;  ///< one a read that brought body bytes
    core::TimePoint asked;
    core::TimePoint head_at;
    core::TimePoint ended_at;
    std::string detail;       ///< of a failure
    std::string first_bytes;  ///< of what came, at most 32: tells what is spoken when it is no HTTP/1
    TcpFacts tcp;             ///< of the connection when it was over

    [[nodiscard]] bool has_head() const { return status != 0; }
    /// The value of the first of that name; empty: none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// Whether one of the headers of that name, which may be many, lists this word (RFC 9110 §5.6.1), in any letters.
    [[nodiscard]] bool lists(std::string_view name, std::string_view word) const;
    [[nodiscard]] bool is_json() const;
    [[nodiscard]] bool is_html() const;
    /// "HTTP 403 Forbidden", or how it failed; printable.
    [[nodiscard]] std::string text() const;
};

/// Asks and reads the whole answer. Endless heads and bodies end at their limits, slow ones at the deadline.
[[nodiscard]] HttpReply exchange(Channel& channel, const HttpQuestion& question, Deadline deadline);

/// The same, but no more than the head is read: what follows belongs to somebody else (a tunnel, a stream).
[[nodiscard]] HttpReply exchange_head(Channel& channel, const HttpQuestion& question, Deadline deadline);

/// The same with its body unpacked, where it came as gzip though nobody asked for that; as it is where that fails.
[[nodiscard]] HttpReply unpacked(HttpReply reply);

/// The text that goes out, for those who read the answer themselves.
[[nodiscard]] std::string question_text(const HttpQuestion& question);

}  // namespace relaybench::doctor
