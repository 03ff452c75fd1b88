#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/key_use.h"
#include "doctor/reach.h"
#include "doctor/real_stream.h"
#include "doctor/websocket_opening.h"
#include "doctor/websocket_probe.h"
#include "wire/payload_decoder.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Verdict = RealPace::Verdict;
using Kind = SocketEvent::Kind;

constexpr core::Duration kBudget = std::chrono::seconds(20);
constexpr std::uint32_t kMostTokens = 64;
constexpr std::size_t kMostBytes = std::size_t{4} << 20;  // 64 tokens of a relay that repeats much in each chunk
constexpr std::size_t kShownBytes = 160;
constexpr std::uint16_t kNormalClosure = 1000;
constexpr std::string_view kPrompt = "Count from one to thirty in words, separated by commas.";

core::Expected<wire::Request> request_of(const Subject& subject) {
    auto url = wire::parse_url(subject.url);
    if (!url) {
        return tl::unexpected(url.error());
    }
    wire::RequestShape shape;
    shape.dialect = subject.dialect;
    shape.url = *std::move(url);
    if (const KeySource* key = used_key(subject)) {
        shape.key = core::Secret(std::string(core::trimmed(key->key.reveal())));
    }
    shape.origin = subject.origin;
    wire::Prompt prompt;
    prompt.model = subject.real_model;
    prompt.text = kPrompt;
    prompt.max_tokens = kMostTokens;
    return wire::build_request(shape, prompt);
}

RealStream ask_by_http(const Subject& subject, const Facts& facts, const wire::Request& request) {
    HttpQuestion question;
    question.method = request.method;
    question.target = request.target;
    question.headers = request.headers;
    question.body = request.body;
    question.most_body_bytes = kMostBytes;
    return read_completion(subject.dialect, ask_relay(subject, facts, std::move(question), trust_for_key(facts), facts.within(kBudget)));
}

/// Until the finish signal, an error or the end.
void read_messages(WebSocketProbe& socket, wire::Dialect dialect, Deadline deadline, RealStream& stream) {
    wire::PayloadDecoder decoder;
    while (!stream.finished && !stream.error) {
        const SocketEvent event = next_message(socket, deadline);
        stream.ended = now();
        if (event.kind != Kind::Text && event.kind != Kind::Binary) {
            stream.end = event.kind == Kind::TimedOut ? RealStream::End::TimedOut : RealStream::End::Cut;
            stream.end_text = event.kind == Kind::Close    ? fmt::format("closed with {}", event.close_code)
                              : event.kind == Kind::Broken ? "bytes that are no WebSocket"
                                                           : "the connection ended";
            return;
        }
        const auto kind = event.kind == Kind::Text ? wire::MessageKind::Text : wire::MessageKind::Binary;
        wire::StreamEvent decoded = decoder.decode_message(dialect, kind, event.payload);
        if (decoded.token != wire::TokenKind::None) {
            stream.chunks.push_back(event.at);
        }
        stream.finished = decoded.finish || decoded.done_marker;
        stream.error = std::move(decoded.error);
    }
    stream.end = RealStream::End::Orderly;
    stream.end_text = "a finish signal";
}

RealStream ask_by_websocket(const Subject& subject, const Facts& facts, const wire::Request& request) {
    const Deadline deadline = facts.within(kBudget);
    RealStream stream;
    Reached way = reach_relay(subject, facts, trust_for_key(facts), deadline);
    if (!way.channel) {
        stream.end_text = core::printable(way.failure, kShownBytes);
        return stream;
    }
    Upgrade opened = upgrade(std::move(*way.channel), request.target, facts.url.authority(), request.headers, deadline);
    stream.end_text = opened.reply.text();
    if (!opened.socket) {
        if (opened.reply.has_head()) {
            note_refusal(stream, opened.reply);
        }
        return stream;
    }
    stream.asked = now();
    for (const wire::Message& message : request.opening) {
        message.kind == wire::MessageKind::Text ? opened.socket->send_text(message.payload, deadline)
                                                : opened.socket->send_binary(message.payload, deadline);
    }
    read_messages(*opened.socket, subject.dialect, deadline, stream);
    opened.socket->send_close(kNormalClosure, deadline);
    return stream;
}

bool speaks_of_model(const wire::RelayError& error) {
    return core::lowercase(error.message + " " + error.code).find("model") != std::string::npos;
}

/// The key was taken before, where that could be asked: what is refused now is what the completion wants.
std::string_view code_of(const RealStream& stream, const wire::RelayError& error) {
    switch (error.error_class) {
        case wire::ErrorClass::Auth:
            return stream.status != 403 ? "auth.invalid-key" : speaks_of_model(error) ? "model.not-entitled" : "auth.forbidden";
        case wire::ErrorClass::RateLimited:
            return "rate.limited-by-relay";
        case wire::ErrorClass::Quota:
            return "auth.quota";
        case wire::ErrorClass::NotFound:
            return speaks_of_model(error) ? "model.unknown" : "sse.real-refused";
        case wire::ErrorClass::Overloaded:
        case wire::ErrorClass::Server:
            return "relay.down";
        case wire::ErrorClass::BadRequest:
        case wire::ErrorClass::Unknown:
            break;
    }
    return "sse.real-refused";
}

Outcome refused(const Subject& subject, const RealStream& stream) {
    if (stream.kept_out) {
        return Outcome::fail(stream.end_text, *stream.kept_out);
    }
    const std::string said = core::printable(stream.error->message, kShownBytes);
    return Outcome::fail(
        "refused", found(code_of(stream, *stream.error), Confidence::Likely,
                         fmt::format("A completion of {} was asked for, and the relay says: {}", core::printable(subject.real_model, 80),
                                     said.empty() ? "nothing that explains it." : said)));
}

/// The relay's synthetic stream of the same kind, to compare with; nothing: it has none, or it was not played.
std::optional<Pacing> synthetic_of(const Subject& subject, const Facts& facts) {
    if (wire::info(subject.dialect).carrier == wire::Carrier::WebSocket) {
        return facts.messages;
    }
    return facts.arms ? std::optional(facts.arms->plain) : std::nullopt;
}

Outcome at_once(const Subject& subject, const Facts& facts, const RealPace& pace) {
    const std::string cause = fmt::format("{} chunks came within {}, after {} without any", pace.chunks, core::human_duration(pace.spread),
                                          core::human_duration(pace.first));
    const auto synthetic = synthetic_of(subject, facts);
    if (synthetic && !synthetic->is_even()) {
        return Outcome::info("all at once, as the synthetic stream is late");
    }
    return Outcome::fail(
        "all at once",
        synthetic ? found("sse.real-at-once", Confidence::Likely, cause + "; the synthetic stream came in time on the same way.")
                  : found("sse.real-at-once", Confidence::Possible, cause + "; the relay has no synthetic stream to compare with."));
}

Outcome outcome_of(const Subject& subject, const Facts& facts, const RealStream& stream, const RealPace& pace) {
    const std::string came = fmt::format("{} chunks over {}, the first after {}", pace.chunks, core::human_duration(pace.spread),
                                         core::human_duration(pace.first));
    switch (pace.verdict) {
        case Verdict::Refused:
            return refused(subject, stream);
        case Verdict::NotReached:
            return Outcome::inconclusive(stream.end_text, "an answer of the relay");
        case Verdict::NoStream:
            return Outcome::fail(stream.end_text, found("sse.not-a-stream", Confidence::Likely,
                                                        fmt::format("A stream of {} was asked for, and something else was answered: {}.",
                                                                    core::printable(subject.real_model, 80), stream.end_text)));
        case Verdict::Cut:
            return Outcome::fail(stream.end_text,
                                 found("sse.truncated", Confidence::Likely,
                                       fmt::format("A completion of {} was cut after {} chunks: {}.",
                                                   core::printable(subject.real_model, 80), pace.chunks, stream.end_text)));
        case Verdict::AtOnce:
            return at_once(subject, facts, pace);
        case Verdict::Spread:
            return Outcome::pass(came);
        case Verdict::Unfinished:
            return Outcome::inconclusive(
                fmt::format("not over after {}: {} chunks", core::human_duration(stream.ended - stream.asked), pace.chunks),
                "a model that answers sooner");
        case Verdict::TooFew:
        case Verdict::Lumps:
            break;
    }
    return Outcome::inconclusive(came + (pace.verdict == Verdict::Lumps ? fmt::format(", in {} arrivals", pace.arrivals) : ""),
                                 "a model that writes more than 8 chunks one by one");
}

void show(Outcome& outcome, const Subject& subject, const RealStream& stream, const RealPace& pace) {
    outcome.with("model", core::printable(subject.real_model, kShownBytes)).with("dialect", std::string(wire::info(subject.dialect).id));
    if (pace.chunks > 0) {
        outcome.with("chunks", fmt::format("{} in {} arrivals", pace.chunks, pace.arrivals))
            .with("first chunk", core::human_duration(pace.first))
            .with("gaps",
                  fmt::format("median {}, longest {}", core::human_duration(pace.median_gap), core::human_duration(pace.longest_gap)));
    }
    outcome.with("end", stream.end_text);
}

Outcome check_real(const Subject& subject, Facts& facts) {
    const wire::DialectInfo& dialect = wire::info(subject.dialect);
    const bool has_key = used_key(subject) != nullptr;
    if (!has_key && !may_be_keyless(subject)) {
        return Outcome::not_applicable("no key was given");
    }
    if (!dialect.streaming || subject.dialect == wire::Dialect::StreamWsAudio) {
        return Outcome::not_applicable(fmt::format("the dialect {} streams no text", dialect.id));
    }
    if (has_key && !may_send_key(subject, facts)) {
        return key_withheld(facts);
    }
    const auto request = request_of(subject);
    if (!request) {
        return Outcome::inconclusive(core::printable(request.error().message, kShownBytes), "a model that can be asked for");
    }
    const RealStream stream =
        request->carrier == wire::Carrier::Http ? ask_by_http(subject, facts, *request) : ask_by_websocket(subject, facts, *request);
    const RealPace pace = pace_of(stream);
    Outcome outcome = outcome_of(subject, facts, stream, pace);
    show(outcome, subject, stream, pace);
    return outcome;
}

}  // namespace

std::vector<Check> real_checks() {
    return {{.id = "sse.real",
             .category = "real",
             .question = "Does a real model's answer come as it is written?",
             .needs = {"http.completion"},
             .after = {"sse.timing", "sse.finish", "ws.stream", "model.list"},
             .kind = Check::Kind::Real,
             .weight = Check::Weight::Optional,
             .run = &check_real}};
}

}  // namespace relaybench::doctor
