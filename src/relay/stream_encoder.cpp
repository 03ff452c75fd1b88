#include "relay/stream_encoder.h"

#include <array>

#include <fmt/format.h>

#include "net/listener_frames.h"
#include "relay/documents.h"

namespace relaybench::relay {
namespace {

using wire::Dialect;

// One token each, as tokenizers cut English; none needs escaping in JSON.
constexpr auto kWords = std::to_array<std::string_view>({" one", " two", " three", " four", " five", " six", " seven", " eight", " nine",
                                                         " ten", " and", " then", " the", " stream", " goes", " on"});

constexpr std::string_view kTimestampKey = R"("server_timestamp":)";
constexpr std::string_view kStampKey = R"("send_stamp_ns":)";
constexpr std::string_view kEventStart = "data: ";
constexpr std::string_view kEventEnd = "\n\n";

std::string_view word(std::uint32_t index) { return kWords[index % kWords.size()]; }

}  // namespace

/// An event in three parts: a fixed head, words, a fixed tail.
struct StreamEncoder::Piece {
    std::string_view head;
    std::uint32_t first_word = 0;
    std::uint32_t words = 0;
    std::string_view tail;
    StampSpots tail_spots;

    [[nodiscard]] std::size_t size() const {
        std::size_t bytes = head.size() + tail.size();
        for (std::uint32_t i = 0; i < words; ++i) {
            bytes += word(first_word + i).size();
        }
        return bytes;
    }
    template <class Out>
    void append_to(Out& out) const {
        out.append(head);
        for (std::uint32_t i = 0; i < words; ++i) {
            out.append(word(first_word + i));
        }
        out.append(tail);
    }
    /// The spots, counted from `tail_at`.
    [[nodiscard]] StampSpots spots_from(std::size_t tail_at) const {
        StampSpots spots = tail_spots;
        spots.server_timestamp += spots.server_timestamp == StampSpots::kNone ? 0 : tail_at;
        spots.send_stamp += spots.send_stamp == StampSpots::kNone ? 0 : tail_at;
        return spots;
    }
};

StreamEncoder::StreamEncoder(StreamFormat format, const core::Clock& clock, ZstdCompressor& compressor)
    : format_(std::move(format)),
      clock_(&clock),
      compressor_(&compressor),
      id_(fmt::format("chatcmpl-rb{:012d}", format_.number)),
      model_json_(json_text(format_.model)) {
    prepare_token_texts();
}

bool StreamEncoder::has_openai_chunks() const {
    return format_.dialect == Dialect::ChatSse || format_.dialect == Dialect::ChatWs || format_.dialect == Dialect::WsStream;
}

std::string StreamEncoder::chunk_json(std::string_view delta, std::string_view finish_reason) const {
    return fmt::format(
        R"({{"id":"{}","object":"chat.completion.chunk","created":{},"model":{},"choices":[{{"index":0,"delta":{},"logprobs":null,"finish_reason":{}}}]{}}})",
        id_, format_.created_s, model_json_, delta, finish_reason, format_.usage ? R"(,"usage":null)" : "");
}

void StreamEncoder::prepare_token_texts() {
    constexpr std::string_view kMark = "@";
    std::string whole;
    switch (format_.dialect) {
        case Dialect::ProxySse:
            whole = R"({"content":"@"})";
            break;
        case Dialect::StreamWs:
            whole = R"({"type":"chunk","content":"@"})";
            break;
        case Dialect::StreamWsAudio:
            whole = R"({"type":"transcript","text":"@"})";
            break;
        default:
            whole = chunk_json(R"({"content":"@"})", "null");
            break;
    }
    // The model's name may hold the mark too; the content comes after it.
    const std::size_t at = whole.rfind(kMark);
    token_head_ = (is_websocket() ? "" : std::string(kEventStart)) + whole.substr(0, at);
    token_tail_ = whole.substr(at + kMark.size());
    token_tail_.pop_back();
    token_tail_.append(",").append(kTimestampKey);
    tail_spots_.server_timestamp = token_tail_.size();
    token_tail_.append(kServerTimestampDigits, '0');
    if (format_.send_stamps) {
        token_tail_.append(",").append(kStampKey);
        tail_spots_.send_stamp = token_tail_.size();
        token_tail_.append(kSendStampPlaces, '0');
    }
    token_tail_.append("}").append(is_websocket() ? "" : kEventEnd);
}

void StreamEncoder::framed(WriteBatch& batch, const Piece& piece) {
    if (format_.framing == Framing::WsZstd) {
        plain_.clear();
        piece.append_to(plain_);
        fill_in(plain_, piece.spots_from(plain_.size() - piece.tail.size()), StampTime::now(*clock_));
        compressor_->compress(plain_, compressed_);
        batch.append(net::server_frame_head(net::FrameKind::Binary, compressed_.size()).view());
        batch.append(compressed_);
        return;
    }
    const std::size_t size = piece.size();
    if (format_.framing == Framing::WsText) {
        batch.append(net::server_frame_head(net::FrameKind::Text, size).view());
    } else if (format_.framing == Framing::HttpChunked) {
        std::array<char, sizeof(std::size_t) * 2 + 2> head{};
        const auto end = fmt::format_to_n(head.data(), head.size(), "{:x}\r\n", size);
        batch.append({head.data(), end.size});
    }
    piece.append_to(batch);
    batch.add_stamps(piece.spots_from(batch.size() - piece.tail.size()));
    if (format_.framing == Framing::HttpChunked) {
        batch.append("\r\n");
    }
}

void StreamEncoder::event(WriteBatch& batch, std::string_view json) {
    if (is_whole()) {
        whole_body_ = json;
        return;
    }
    if (is_websocket()) {
        framed(batch, {.head = json, .tail = {}, .tail_spots = {}});
        return;
    }
    const std::string text = std::string(kEventStart).append(json).append(kEventEnd);
    framed(batch, {.head = text, .tail = {}, .tail_spots = {}});
}

void StreamEncoder::tokens(WriteBatch& batch, std::uint32_t first, std::uint32_t tokens) {
    completion_tokens_ += tokens;
    if (!is_whole()) {
        framed(batch, {token_head_, first, tokens, token_tail_, tail_spots_});
        return;
    }
    for (std::uint32_t i = 0; i < tokens; ++i) {
        plain_.append(word(first + i));
    }
}

void StreamEncoder::role(WriteBatch& batch) {
    if (has_openai_chunks() && !is_whole()) {
        event(batch, chunk_json(R"({"role":"assistant","content":""})", "null"));
    }
}

void StreamEncoder::finish(WriteBatch& batch, std::string_view reason) {
    finish_reason_ = reason;
    if (is_whole()) {
        return;
    }
    switch (format_.dialect) {
        case Dialect::ProxySse:
            return;  // its only end is [DONE]
        case Dialect::StreamWs:
        case Dialect::StreamWsAudio:
            event(batch, R"({"type":"done"})");
            return;
        default:
            event(batch, chunk_json("{}", json_text(reason)));
            return;
    }
}

void StreamEncoder::usage(WriteBatch& batch) {
    if (has_openai_chunks() && !is_whole()) {
        event(batch, fmt::format(R"({{"id":"{}","object":"chat.completion.chunk","created":{},"model":{},"choices":[],"usage":{}}})", id_,
                                 format_.created_s, model_json_, usage_json(format_.prompt_tokens, completion_tokens_)));
    }
}

void StreamEncoder::done(WriteBatch& batch) {
    if (!is_whole() && (!is_websocket() || format_.dialect == Dialect::WsStream)) {
        event(batch, "[DONE]");
    }
}

void StreamEncoder::error(WriteBatch& batch, ErrorShape shape) {
    if (format_.dialect == Dialect::StreamWs || format_.dialect == Dialect::StreamWsAudio) {
        event(batch, R"({"type":"error","details":"The upstream model stopped unexpectedly."})");
    } else if (format_.dialect == Dialect::ProxySse) {
        event(batch, R"({"error":"API Error","status":502,"detail":"The upstream model stopped unexpectedly."})");
    } else if (shape == ErrorShape::OpenRouter) {
        std::string chunk = chunk_json("{}", R"("error")");
        chunk.pop_back();
        event(batch, chunk + R"(,"error":{"code":502,"message":"Provider returned error"}})");
    } else {
        event(batch, stream_error_json(shape));
    }
}

void StreamEncoder::comment(WriteBatch& batch, std::string_view text) {
    if (!is_websocket() && !is_whole()) {
        const std::string line = fmt::format(": {}\n\n", text);
        framed(batch, {.head = line, .tail = {}, .tail_spots = {}});
    }
}

void StreamEncoder::garbage_json(WriteBatch& batch) { event(batch, R"({"id":"chatcmpl-x","choices":[{"delta":{"content":"cut)"); }

void StreamEncoder::garbage_framing(WriteBatch& batch) {
    // 0xFF as a frame head has all reserved bits and an unknown opcode; as a chunk size it is no hexadecimal digit.
    batch.append("\xFF\xFE\xFF\x01garbage\r\n");
}

void StreamEncoder::half_chunk(WriteBatch& batch, std::uint32_t first) {
    WriteBatch whole;
    tokens(whole, first, 1);
    whole.stamp(StampTime::now(*clock_));
    batch.append(whole.view().substr(0, whole.size() / 2));
}

void StreamEncoder::end(WriteBatch& batch, std::uint16_t close_code) {
    if (is_websocket()) {
        batch.append(net::server_close_frame(close_code, {}));
    } else if (format_.framing == Framing::HttpChunked) {
        batch.append("0\r\n\r\n");
    } else if (is_whole()) {
        end_whole(batch);
    }
}

void StreamEncoder::end_whole(WriteBatch& batch) {
    if (whole_body_.empty()) {
        using std::chrono::duration_cast;
        const StampTime now = StampTime::now(*clock_);
        WholeAnswer answer;
        answer.id = id_;
        answer.created_s = format_.created_s;
        answer.model = format_.model;
        answer.text = plain_;
        answer.finish_reason = finish_reason_;
        answer.prompt_tokens = format_.prompt_tokens;
        answer.completion_tokens = completion_tokens_;
        answer.server_timestamp_ms = duration_cast<std::chrono::milliseconds>(now.wall.time_since_epoch()).count();
        if (format_.send_stamps) {
            answer.send_stamp_ns = now.monotonic.time_since_epoch().count();
        }
        whole_body_ = answer_json(answer);
    }
    batch.append(format_.whole_head);
    batch.append(fmt::format("Content-Length: {}\r\n\r\n", whole_body_.size()));
    batch.append(whole_body_);
}

}  // namespace relaybench::relay
