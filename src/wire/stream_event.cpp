#include "wire/stream_event.h"

namespace relaybench::wire {

std::string_view token_kind_id(TokenKind kind) {
    switch (kind) {
        case TokenKind::None:
            return "none";
        case TokenKind::Text:
            return "text";
        case TokenKind::Reasoning:
            return "reasoning";
        case TokenKind::ToolCall:
            return "tool_call";
        case TokenKind::Refusal:
            return "refusal";
        case TokenKind::Audio:
            return "audio";
        case TokenKind::Transcript:
            return "transcript";
    }
    return "none";
}

std::string_view error_class_id(ErrorClass error_class) {
    switch (error_class) {
        case ErrorClass::Auth:
            return "auth";
        case ErrorClass::RateLimited:
            return "rate_limited";
        case ErrorClass::Quota:
            return "quota";
        case ErrorClass::NotFound:
            return "not_found";
        case ErrorClass::Overloaded:
            return "overloaded";
        case ErrorClass::BadRequest:
            return "bad_request";
        case ErrorClass::Server:
            return "server";
        case ErrorClass::Unknown:
            return "unknown";
    }
    return "unknown";
}

}  // namespace relaybench::wire
