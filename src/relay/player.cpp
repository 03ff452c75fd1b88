#include "relay/player.h"

namespace relaybench::relay {
namespace {

constexpr std::size_t kLargestBatch = 16U << 10U;  // one TLS record; then the other streams get their turn
constexpr std::uint16_t kNormalClosure = 1000;
constexpr std::uint16_t kServerErrorClosure = 1011;
constexpr std::chrono::seconds kCloseWait{2};

bool ends(Step step) {
    switch (step) {
        case Step::EndClean:
        case Step::EndFin:
        case Step::EndTlsCut:
        case Step::EndReset:
        case Step::EndCloseCode:
        case Step::Silence:
            return true;
        default:
            return false;
    }
}

bool is_websocket(const Session& session) { return session.frames.has_value(); }

}  // namespace

Played Player::begin(Session& session, std::string_view head) {
    batch_.clear();
    batch_has_tokens_ = false;
    batch_.append(head);
    RunningStream& stream = *session.stream;
    stream.action = stream.script.next();
    stream.due = stream.asked_at + stream.action.after;
    ++needs_.truth.streams;
    return play_due(session);
}

Played Player::proceed(Session& session) {
    if (needs_.listener.pending_bytes(session.id) > 0) {
        return Played::Waiting;  // on_drained() comes back here
    }
    batch_.clear();
    batch_has_tokens_ = false;
    return play_due(session);
}

Played Player::play_due(Session& session) {
    RunningStream& stream = *session.stream;
    const core::TimePoint instant = stream.due;
    batch_due_ = instant;
    bool is_due = instant <= needs_.clock.now();
    while (is_due && batch_.size() < kLargestBatch) {
        const Step step = stream.action.step;
        if (ends(step)) {
            return play_end(session, step);
        }
        append(session, stream.action);
        stream.action = stream.script.next();
        stream.due += stream.action.after;
        is_due = stream.due == instant;
    }
    const net::SendResult result = flush(session);
    if (result == net::SendResult::Sent) {
        // A full socket needs no timer: it says when it has room.
        needs_.timers.add({stream.due, session.id, TimerKind::Stream});
    }
    return Played::Waiting;
}

void Player::append(Session& session, const Action& action) {
    RunningStream& stream = *session.stream;
    StreamEncoder& encoder = stream.encoder;
    switch (action.step) {
        case Step::Role:
            encoder.role(batch_);
            break;
        case Step::Tokens:
            encoder.tokens(batch_, stream.script.tokens_sent() - action.tokens, action.tokens);
            batch_has_tokens_ = true;
            ++needs_.truth.chunks;
            needs_.truth.tokens += action.tokens;
            break;
        case Step::Finish:
            encoder.finish(batch_, action.cut_by_max_tokens ? "length" : "stop");
            break;
        case Step::Usage:
            encoder.usage(batch_);
            break;
        case Step::Done:
            encoder.done(batch_);
            break;
        case Step::Error:
            encoder.error(batch_, stream.error_shape);
            break;
        case Step::GarbageJson:
            encoder.garbage_json(batch_);
            break;
        case Step::GarbageFraming:
            encoder.garbage_framing(batch_);
            break;
        case Step::HalfChunk:
            encoder.half_chunk(batch_, stream.script.tokens_sent());
            break;
        default:
            break;
    }
}

net::SendResult Player::flush(Session& session) {
    if (batch_.empty()) {
        return net::SendResult::Sent;
    }
    const StampTime time = StampTime::now(needs_.clock);
    batch_.stamp(time);
    const net::SendResult result = needs_.listener.send(session.id, batch_.view());
    session.last_traffic = time.monotonic;
    ++needs_.truth.writes;
    needs_.truth.bytes += batch_.size();
    needs_.truth.blocked += result == net::SendResult::Pending ? 1 : 0;
    if (batch_has_tokens_) {
        note_tokens(*session.stream, time.monotonic);
    }
    batch_.clear();
    batch_has_tokens_ = false;
    return result;
}

void Player::note_tokens(RunningStream& stream, core::TimePoint sent_at) {
    if (stream.last_token_at) {
        needs_.truth.gap.add(sent_at - *stream.last_token_at);
    } else {
        needs_.truth.ttft.add(sent_at - stream.asked_at);
    }
    stream.last_token_at = sent_at;
    needs_.truth.lateness.add(sent_at - batch_due_);
}

Played Player::play_end(Session& session, Step step) {
    if (step == Step::Silence) {
        static_cast<void>(flush(session));
        return Played::Waiting;
    }
    ++needs_.truth.finished;
    if (step == Step::EndClean || (step == Step::EndCloseCode && is_websocket(session))) {
        return clean_end(session);
    }
    static_cast<void>(flush(session));
    if (step == Step::EndReset) {
        needs_.listener.reset(session.id);
    } else if (step == Step::EndTlsCut) {
        needs_.listener.cut(session.id);
    } else {
        needs_.listener.finish(session.id);
    }
    return Played::Gone;
}

/// The protocol's own goodbye. A close frame with an error code is one too: only its number is bad news.
Played Player::clean_end(Session& session) {
    RunningStream& stream = *session.stream;
    const bool by_code = stream.action.step == Step::EndCloseCode;
    const bool keeps_websocket = is_websocket(session) && !by_code && needs_.profile.after_finish == AfterFinish::Keep;
    if (!keeps_websocket) {
        const std::uint16_t fault_code = stream.close_code == 0 ? kServerErrorClosure : stream.close_code;
        stream.encoder.end(batch_, by_code ? fault_code : kNormalClosure);
    }
    batch_has_tokens_ = batch_has_tokens_ || stream.encoder.format().framing == Framing::HttpWhole;
    static_cast<void>(flush(session));
    if (is_websocket(session) && !keeps_websocket) {
        session.state = Session::State::Closing;
        needs_.timers.add({needs_.clock.now() + kCloseWait, session.id, TimerKind::CloseWait});
    }
    if (!is_websocket(session) && !stream.keep_alive) {
        needs_.listener.finish(session.id);
        return Played::Gone;
    }
    return Played::Ended;
}

void Player::comment(Session& session) {
    if (!batch_.empty() || needs_.listener.pending_bytes(session.id) > 0) {
        return;
    }
    session.stream->encoder.comment(batch_, "keep-alive");
    static_cast<void>(flush(session));
}

}  // namespace relaybench::relay
