#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "relay/fault.h"
#include "relay/write_batch.h"
#include "relay/zstd_frame.h"
#include "wire/dialect.h"

namespace relaybench::relay {

/// How events are wrapped on their way out.
enum class Framing : std::uint8_t {
    HttpChunked,  ///< SSE events, each in one HTTP/1.1 chunk
    HttpPlain,    ///< SSE events in a body that ends with the connection (HTTP/1.0)
    HttpWhole,    ///< nothing before the end, then one response with one JSON answer (stream: false)
    WsText,       ///< one text frame an event
    WsZstd,       ///< one binary frame an event, holding one zstd frame
};

struct StreamFormat {
    wire::Dialect dialect = wire::Dialect::ChatSse;
    Framing framing = Framing::HttpChunked;
    std::string model;
    std::uint64_t number = 0;    ///< of the stream, for its id
    std::int64_t created_s = 0;  ///< Unix time
    bool send_stamps = false;    ///< X-Relaybench-Stamp: 1
    bool usage = false;          ///< `usage: null` on every chunk, as OpenAI does when usage was asked for
    std::uint32_t prompt_tokens = 0;
    std::string whole_head;  ///< HttpWhole: the response head but for its Content-Length
};

/// The events of one stream in its dialect and framing. Texts that do not change are prepared once: a token chunk is a few copies.
class StreamEncoder {
  public:
    /// `clock` and `compressor` (one for all streams) must outlive the encoder. Compressed events are stamped when they are compressed, all
    /// others by WriteBatch::stamp().
    StreamEncoder(StreamFormat format, const core::Clock& clock, ZstdCompressor& compressor);

    [[nodiscard]] const StreamFormat& format() const { return format_; }

    void role(WriteBatch& batch);
    /// `tokens` words, counted from `first` in an endless text.
    void tokens(WriteBatch& batch, std::uint32_t first, std::uint32_t tokens);
    void finish(WriteBatch& batch, std::string_view reason);
    void usage(WriteBatch& batch);
    void done(WriteBatch& batch);
    void error(WriteBatch& batch, ErrorShape shape);
    void comment(WriteBatch& batch, std::string_view text);
    void garbage_json(WriteBatch& batch);
    void garbage_framing(WriteBatch& batch);
    /// The first half of a token chunk's bytes, framing included.
    void half_chunk(WriteBatch& batch, std::uint32_t first);
    /// The last chunk of HTTP, or the whole answer; WebSocket: a close frame with `close_code`. Nothing for a body that ends with the
    /// connection.
    void end(WriteBatch& batch, std::uint16_t close_code);

  private:
    struct Piece;
    [[nodiscard]] bool is_websocket() const { return format_.framing == Framing::WsText || format_.framing == Framing::WsZstd; }
    [[nodiscard]] bool has_openai_chunks() const;
    [[nodiscard]] std::string chunk_json(std::string_view delta, std::string_view finish_reason) const;
    void prepare_token_texts();
    /// One whole event of one text; not for the hot path.
    void event(WriteBatch& batch, std::string_view json);
    void framed(WriteBatch& batch, const Piece& piece);
    [[nodiscard]] bool is_whole() const { return format_.framing == Framing::HttpWhole; }
    void end_whole(WriteBatch& batch);

    StreamFormat format_;
    const core::Clock* clock_;
    ZstdCompressor* compressor_;
    std::string id_;
    std::string model_json_;
    std::string token_head_;  ///< up to the text of the tokens
    std::string token_tail_;  ///< from there on
    StampSpots tail_spots_;   ///< count from the start of the tail
    std::string plain_;       ///< WsZstd: before compression; HttpWhole: the text so far
    std::string compressed_;
    std::string finish_reason_;  ///< HttpWhole
    std::uint32_t completion_tokens_ = 0;
    std::string whole_body_;  ///< HttpWhole: what is sent in place of the answer, if not empty
};

}  // namespace relaybench::relay
