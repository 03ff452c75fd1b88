#include "wire/payload_decoder.h"

#include "core/text.h"
#include "wire/error_document.h"
#include "wire/event_fields.h"
#include "wire/json_document.h"
#include "wire/openai_chunk.h"
#include "wire/zstd_frames.h"

namespace relaybench::wire {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kDone = "[DONE]";

StreamEvent malformed_event() {
    StreamEvent event;
    event.malformed = true;
    return event;
}

StreamEvent unknown_event() {
    StreamEvent event;
    event.unknown = true;
    return event;
}

/// Of proxy-sse the marker is the only end that exists; elsewhere it proves nothing, since relays print it after a broken upstream too.
StreamEvent done_event(Dialect dialect) {
    StreamEvent event;
    event.done_marker = true;
    event.finish = dialect == Dialect::ProxySse;
    return event;
}

// Each reader of a dialect fills in what it finds and answers whether it knew anything in the event.

bool read_openai(const EventFields& fields, StreamEvent& event) {
    bool known = fields.latency_report.has_value() || fields.object_text().starts_with("chat.completion");
    array choices;
    if (fields.choices && fields.choices->get(choices) == simdjson::SUCCESS) {
        read_choices(choices, event);
        known = true;
    }
    return known;
}

/// A whole answer is a finish signal of its own, once it has a choice.
bool read_answer(const EventFields& fields, StreamEvent& event) {
    array choices;
    if (!fields.choices || fields.choices->get(choices) != simdjson::SUCCESS) {
        return false;
    }
    read_choices(choices, event);
    event.finish = choices.size() > 0 && !event.error;
    return true;
}

bool read_proxy(const EventFields& fields, StreamEvent& event) {
    if (fields.content) {
        add_content(event, *fields.content);
    }
    return fields.content.has_value();
}

bool read_typed(const EventFields& fields, StreamEvent& event) {
    const std::string_view type = fields.type_text();
    event.finish = type == "done";
    if (type == "chunk" && fields.content) {
        add_content(event, *fields.content);
    }
    return type == "chunk" || type == "done";
}

bool read_transcript(const EventFields& fields, StreamEvent& event) {
    const std::string_view type = fields.type_text();
    event.finish = type == "done";
    if (type == "transcript" && fields.text) {
        add_token(event, TokenKind::Transcript, string_or_empty(*fields.text));
    }
    return type == "transcript" || type == "done";
}

bool read_dialect(Dialect dialect, const EventFields& fields, StreamEvent& event) {
    switch (dialect) {
        case Dialect::ChatSse:
        case Dialect::ChatWs:
        case Dialect::WsStream:
            return read_openai(fields, event);
        case Dialect::ProxySse:
            return read_proxy(fields, event);
        case Dialect::ChatJson:
            return read_answer(fields, event);
        case Dialect::StreamWs:
            return read_typed(fields, event);
        case Dialect::StreamWsAudio:
            return read_transcript(fields, event);
    }
    return false;
}

/// What any dialect may carry.
bool read_common(Dialect dialect, const EventFields& fields, StreamEvent& event) {
    if (fields.usage) {
        event.usage = read_usage(*fields.usage);
    }
    if (fields.server_timestamp) {
        event.server_timestamp_ms = whole_number(*fields.server_timestamp);
    }
    if (fields.send_stamp_ns) {
        event.send_stamp_ns = whole_number(*fields.send_stamp_ns);
    }
    event.pong = info(dialect).carrier == Carrier::WebSocket && fields.type_text() == "pong";
    return event.pong || event.usage || event.server_timestamp_ms || event.send_stamp_ns;
}

StreamEvent read_object(Dialect dialect, std::string_view event_type, const element& root, const object& top) {
    const EventFields fields = read_fields(top);
    StreamEvent event;
    bool known = read_dialect(dialect, fields, event);
    known = read_common(dialect, fields, event) || known;
    if (event_type == "error" || is_error_event(fields)) {
        event.error = describe_error(0, root);
    }
    if (event.error) {
        event.finish = false;
    }
    event.unknown = !known && !event.error;
    return event;
}

/// Gemini-like relays wrap an error into a list of one.
StreamEvent read_list(std::string_view event_type, const element& root, const array& items) {
    StreamEvent event;
    object only;
    const bool wrapped = items.size() == 1 && items.at(0).get(only) == simdjson::SUCCESS && is_error_event(read_fields(only));
    if (wrapped || event_type == "error") {
        event.error = describe_error(0, root);
    }
    event.unknown = !event.error;
    return event;
}

StreamEvent error_event(std::string_view text) {
    StreamEvent event;
    event.error = describe_plain_error(0, text);
    return event;
}

StreamEvent read_document(Dialect dialect, std::string_view event_type, const element& root) {
    if (object top; root.get(top) == simdjson::SUCCESS) {
        return read_object(dialect, event_type, root, top);
    }
    if (array items; root.get(items) == simdjson::SUCCESS) {
        return read_list(event_type, root, items);
    }
    return event_type == "error" ? error_event(string_or_empty(root)) : unknown_event();
}

}  // namespace

struct PayloadDecoder::Parts {
    JsonDocument json;
    ZstdFrames zstd;
};

PayloadDecoder::PayloadDecoder() : parts_(std::make_unique<Parts>()) {}

PayloadDecoder::~PayloadDecoder() = default;

StreamEvent PayloadDecoder::decode(Dialect dialect, std::string_view event_type, std::string_view payload) {
    const std::string_view text = core::trimmed(payload);
    if (text == kDone && info(dialect).streaming) {
        return done_event(dialect);
    }
    if (text.empty()) {
        return event_type == "error" ? error_event({}) : unknown_event();
    }
    // Text messages of WebSockets are UTF-8 by RFC 6455 §8.1; only the bytes of HTTP streams are decoded with replacement.
    const bool is_http = info(dialect).carrier == Carrier::Http;
    const auto root = is_http ? parts_->json.parse_stream_text(text) : parts_->json.parse(text);
    if (!root) {
        return event_type == "error" ? error_event(text) : malformed_event();
    }
    return read_document(dialect, event_type, *root);
}

StreamEvent PayloadDecoder::decode_message(Dialect dialect, MessageKind kind, std::string_view payload) {
    if (kind == MessageKind::Text) {
        return decode(dialect, {}, payload);
    }
    if (dialect != Dialect::WsStream) {
        return malformed_event();
    }
    const auto text = parts_->zstd.decompress(payload);
    return text ? decode(dialect, {}, *text) : malformed_event();
}

StreamEvent PayloadDecoder::decode_answer(std::string_view body) { return decode(Dialect::ChatJson, {}, body); }

}  // namespace relaybench::wire
