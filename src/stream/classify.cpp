#include "stream/classify.h"

#include <cstring>

#include <fmt/format.h>

#include "core/text.h"
#include "wire/error_body.h"
#include "wire/error_class.h"

namespace relaybench::stream {

namespace {

constexpr std::size_t kDetailBytes = 200;

Outcome outcome_of(wire::ErrorClass error_class, Outcome otherwise) {
    switch (error_class) {
        case wire::ErrorClass::Auth:
            return Outcome::Auth;
        case wire::ErrorClass::RateLimited:
            return Outcome::RateLimited;
        case wire::ErrorClass::Quota:
            return Outcome::Refused;
        case wire::ErrorClass::NotFound:
        case wire::ErrorClass::Overloaded:
        case wire::ErrorClass::BadRequest:
        case wire::ErrorClass::Server:
        case wire::ErrorClass::Unknown:
            return otherwise;
    }
    return otherwise;
}

std::string with_errno(std::string_view what, const End& end) {
    std::string text(what);
    if (end.system_error != 0) {
        text += fmt::format(": {}", std::strerror(end.system_error));
    }
    if (!end.detail.empty() && end.detail != std::strerror(end.system_error)) {
        text += fmt::format(": {}", core::printable(end.detail, kDetailBytes));
    }
    return text;
}

std::string close_text(const End& end) {
    std::string text = fmt::format("close code {}", end.close_code);
    if (!end.detail.empty()) {
        text += fmt::format(" ({})", core::printable(end.detail, kDetailBytes));
    }
    return text;
}

/// Private close codes in use for a bad key: 3000 (OpenAI), and the HTTP statuses moved to 4000 + x or 44xx.
bool is_auth_code(std::uint16_t code) { return code == 3000 || code == 4001 || code == 4003 || code == 4401 || code == 4403; }
bool is_rate_code(std::uint16_t code) { return code == 4029 || code == 4429; }
bool is_orderly_code(std::uint16_t code) { return code == 1000 || code == 1005; }

/// What a close reason means: free words, or codes joined by dots as in "invalid_request_error.invalid_api_key".
wire::ErrorClass class_of_reason(std::string_view reason) { return wire::classify_error(0, core::split(reason, '.'), reason); }

Verdict classify_close_frame(const End& end, const Reached& reached) {
    const auto meaning = class_of_reason(end.detail);
    if (reached.finish) {
        return is_orderly_code(end.close_code) ? Verdict{Outcome::Complete, {}}
                                               : Verdict{Outcome::Truncated, close_text(end) + " after the finish signal"};
    }
    if (is_auth_code(end.close_code) || meaning == wire::ErrorClass::Auth) {
        return {Outcome::Auth, close_text(end)};
    }
    if (is_rate_code(end.close_code) || meaning == wire::ErrorClass::RateLimited) {
        return {Outcome::RateLimited, close_text(end)};
    }
    if (!reached.first_token) {
        return {Outcome::Refused, close_text(end) + " before the first token"};
    }
    if (is_orderly_code(end.close_code)) {
        return {Outcome::Truncated, close_text(end) + " without a finish signal"};
    }
    return {Outcome::Dropped, close_text(end)};
}

/// A death of the connection: without a finish signal the stream was dropped, after one only its end was unclean.
Verdict classify_death(const End& end, const Reached& reached, std::string_view what) {
    return reached.finish ? Verdict{Outcome::Truncated, with_errno(what, end) + " after the finish signal"}
                          : Verdict{Outcome::Dropped, with_errno(what, end)};
}

Verdict classify_bad_bytes(const End& end, const Reached& reached, std::string_view what) {
    const bool no_upgrade = reached.carrier == wire::Carrier::WebSocket && !reached.head;
    return {no_upgrade ? Outcome::UpgradeFailed : Outcome::BadWire, with_errno(what, end)};
}

Verdict classify_orderly_end(const Reached& reached) {
    return reached.finish ? Verdict{Outcome::Complete, {}} : Verdict{Outcome::Truncated, "the body ended without a finish signal"};
}

}  // namespace

Verdict classify_refusal(const ResponseHead& head, std::string_view body, wire::Carrier carrier) {
    const auto error = wire::read_error_body(head.status, body);
    std::string detail = fmt::format("HTTP {}", head.status);
    if (head.status == 200) {
        detail += fmt::format(" with {} instead of a stream", core::printable(head.header("content-type"), 60));
    }
    if (!error.message.empty()) {
        detail += fmt::format(": {}", error.message);
    }
    if (error.error_class == wire::ErrorClass::Quota) {
        return {Outcome::Refused, "quota: " + detail};
    }
    if (head.status == 401 || head.status == 403) {
        return {Outcome::Auth, detail};
    }
    if (head.status == 429) {
        return {Outcome::RateLimited, detail};
    }
    const auto otherwise = carrier == wire::Carrier::WebSocket ? Outcome::UpgradeFailed : Outcome::Refused;
    return {outcome_of(error.error_class, otherwise), detail};
}

Verdict classify_error_event(const wire::RelayError& error) {
    std::string detail = error.message.empty() ? std::string(wire::error_class_id(error.error_class)) : error.message;
    if (!error.code.empty()) {
        detail = fmt::format("{}: {}", core::printable(error.code, 60), detail);
    }
    return {outcome_of(error.error_class, Outcome::ErrorInStream), detail};
}

Verdict classify_end(const End& end, const Reached& reached) {
    switch (end.kind) {
        case EndKind::BodyComplete:
        case EndKind::BodyClosed:
            return classify_orderly_end(reached);
        case EndKind::BodyCut:
            return classify_death(end, reached, "the connection was closed before the end of the body");
        case EndKind::CloseFrame:
            return classify_close_frame(end, reached);
        case EndKind::CutWithoutClose:
            return classify_death(end, reached, "the connection was closed without a close frame");
        case EndKind::Reset:
            return classify_death(end, reached, "the connection was reset");
        case EndKind::TlsCut:
            return classify_death(end, reached, "TLS was cut without close_notify");
        case EndKind::BadHttp:
            return classify_bad_bytes(end, reached, "not valid HTTP");
        case EndKind::BadFrame:
            return classify_bad_bytes(end, reached, "not valid WebSocket frames");
        case EndKind::ConnectFailed:
            return {Outcome::ConnectFailed, with_errno("connect failed", end)};
        case EndKind::TlsFailed:
            return {Outcome::TlsFailed, with_errno("TLS failed", end)};
        case EndKind::ClosedBeforeHead:
            return classify_death(end, reached, "the connection was closed before an answer");
        case EndKind::UpgradeInvalid:
            return {Outcome::UpgradeFailed, with_errno("the 101 does not answer our upgrade", end)};
        case EndKind::LocalLimit:
            return {Outcome::ConnectFailed, with_errno("a limit of this machine", end)};
    }
    return {Outcome::Dropped, "unknown end"};
}

}  // namespace relaybench::stream
