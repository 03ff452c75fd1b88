#pragma once

#include <memory>
#include <string_view>

#include "wire/dialect.h"
#include "wire/request.h"
#include "wire/stream_event.h"

namespace relaybench::wire {

/// Payload → StreamEvent. One instance a worker thread, shared by all its streams (it keeps parser buffers and no stream state), so that
/// decoding a chunk allocates nothing once the buffers have grown.
class PayloadDecoder {
  public:
    PayloadDecoder();
    ~PayloadDecoder();
    PayloadDecoder(const PayloadDecoder&) = delete;
    PayloadDecoder& operator=(const PayloadDecoder&) = delete;

    /// `payload` is the data of one SSE event (`event_type` its event field, empty for "message") or one text message.
    [[nodiscard]] StreamEvent decode(Dialect dialect, std::string_view event_type, std::string_view payload);
    /// A whole WebSocket message; binary ones are zstd frames in ws-stream, and malformed elsewhere.
    [[nodiscard]] StreamEvent decode_message(Dialect dialect, MessageKind kind, std::string_view payload);
    /// The whole body of a non-streaming answer (chat-json): token, finish and usage at once.
    [[nodiscard]] StreamEvent decode_answer(std::string_view body);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace relaybench::wire
