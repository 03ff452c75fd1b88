#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/client_transport.h"

namespace relaybench::net {

namespace {

constexpr std::size_t kMaxDetailBytes = 200;
constexpr std::uint16_t kNormalClosure = 1000;
constexpr std::uint16_t kNoCode = 1005;

}  // namespace

/// Passes body bytes on until the stream is let go of.
class ClientTransport::BodyRelay final : public ResponseReader::BodySink {
  public:
    BodyRelay(ClientTransport& transport, Connection& connection, const stream::Arrival& arrival)
        : transport_(transport), connection_(connection), arrival_(arrival) {}

    ResponseReader::Next on_body(std::string_view bytes) override {
        transport_.sink_->on_body(*connection_.stream, bytes, arrival_);
        return connection_.stream ? ResponseReader::Next::Continue : ResponseReader::Next::Stop;
    }

  private:
    ClientTransport& transport_;
    Connection& connection_;
    const stream::Arrival& arrival_;
};

/// Passes messages on and keeps the manners of RFC 6455: answers pings, answers a close frame once.
class ClientTransport::FrameRelay final : public FrameSink {
  public:
    FrameRelay(ClientTransport& transport, Connection& connection, const stream::Arrival& arrival)
        : transport_(transport), connection_(connection), arrival_(arrival) {}

    Next on_message(wire::MessageKind kind, std::string_view payload) override {
        transport_.sink_->on_message(*connection_.stream, kind, payload, arrival_);
        return next();
    }

    Next on_ping(std::string_view payload) override {
        transport_.write_frame(connection_, payload, LWS_WRITE_PONG);
        return next();
    }

    Next on_pong(std::string_view payload) override {
        transport_.sink_->on_pong(*connection_.stream, payload, arrival_);
        return next();
    }

    void on_close(std::uint16_t code, std::string_view reason) override {
        transport_.end(
            connection_,
            {.kind = stream::EndKind::CloseFrame, .system_error = 0, .close_code = code, .detail = std::string(reason), .at = arrival_.at},
            code == kNoCode ? kNormalClosure : code);
    }

    void on_broken(std::uint16_t code, std::string_view why) override {
        transport_.end(
            connection_,
            {.kind = stream::EndKind::BadFrame, .system_error = 0, .close_code = 0, .detail = std::string(why), .at = arrival_.at}, code);
    }

  private:
    [[nodiscard]] Next next() const { return connection_.stream ? Next::Continue : Next::Stop; }

    ClientTransport& transport_;
    Connection& connection_;
    const stream::Arrival& arrival_;
};

void ClientTransport::prepare(const Connection& connection) {
    __builtin_prefetch(connection.frames ? static_cast<const void*>(connection.frames.get()) : connection.response.get());
    if (connection.stream) {
        sink_->on_soon(*connection.stream);
    }
}

stream::Arrival ClientTransport::stamp(const ReadResult& got) {
    const core::TimePoint seen = clock_.now();
    const auto at = got.stamp ? kernel_clock_.map(*got.stamp, seen) : std::nullopt;
    counters_.bytes_in += got.size;
    if (!got.same_receive) {
        reads_ += 1;
        counters_.reads += 1;
        (at ? counters_.kernel_stamped : counters_.user_stamped) += 1;
    }
    return {.at = at.value_or(seen),
            .seen = seen,
            .source = at ? stream::StampSource::Kernel : stream::StampSource::User,
            .read_number = reads_};
}

void ClientTransport::on_readable(Connection& connection) {
    bool more = true;
    while (more && connection.fd >= 0) {
        const ReadResult got =
            connection.ssl != nullptr ? read_tls(connection.ssl, connection.receive, buffer_) : read_plain(connection.fd, buffer_);
        if (got.status == ReadStatus::Nothing) {
            return;
        }
        if (got.status != ReadStatus::Data) {
            on_read_end(connection, got);
            return;
        }
        on_bytes(connection, {buffer_.data(), got.size}, stamp(got));
        more = connection.ssl != nullptr ? SSL_has_pending(connection.ssl) == 1 : got.size == buffer_.size();
    }
}

void ClientTransport::on_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival) {
    if (connection.phase == Phase::Idle) {
        kill(connection);  // nobody asked: not a connection to trust with the next request
    } else if (connection.phase != Phase::Ours || !connection.stream) {
        return;
    } else if (connection.frames) {
        on_frame_bytes(connection, bytes, arrival);
    } else {
        on_response_bytes(connection, bytes, arrival);
    }
}

void ClientTransport::on_response_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival) {
    ResponseReader& response = *connection.response;
    if (response.state() == ResponseReader::State::Head) {
        const std::size_t used = response.feed_head(bytes);
        if (response.state() == ResponseReader::State::Head) {
            return;
        }
        if (response.state() == ResponseReader::State::Body) {
            const stream::StreamId id = *connection.stream;
            const stream::ResponseHead head = response.head();
            response.forget_head();
            sink_->on_head(id, head, arrival);
            if (connection.stream != id) {
                return;
            }
        }
        bytes.remove_prefix(std::min(used, bytes.size()));
    }
    on_body_bytes(connection, bytes, arrival);
}

void ClientTransport::on_body_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival) {
    BodyRelay relay(*this, connection, arrival);
    ResponseReader& response = *connection.response;
    const std::size_t used = response.feed_body(bytes, relay);
    if (!connection.stream) {
        return;
    }
    if (response.state() == ResponseReader::State::Broken) {
        end(connection, {.kind = stream::EndKind::BadHttp,
                         .system_error = 0,
                         .close_code = 0,
                         .detail = std::string(response.why()),
                         .at = arrival.at});
    } else if (response.state() == ResponseReader::State::Complete) {
        if (used < bytes.size()) {
            connection.use = wire::ConnectionUse::Fresh;  // bytes beyond the response: not to be reused
        }
        end(connection, {.kind = stream::EndKind::BodyComplete, .system_error = 0, .close_code = 0, .detail = {}, .at = arrival.at});
    }
}

void ClientTransport::on_frame_bytes(Connection& connection, std::string_view bytes, const stream::Arrival& arrival) {
    FrameRelay relay(*this, connection, arrival);
    connection.frames->feed(bytes, relay);
}

void ClientTransport::on_read_end(Connection& connection, const ReadResult& got) {
    if (!connection.stream) {
        kill(connection);
        return;
    }
    stream::EndKind kind = stream::EndKind::Reset;
    if (got.status == ReadStatus::TlsCut) {
        kind = stream::EndKind::TlsCut;
    } else if (got.status == ReadStatus::Fin) {
        if (connection.upgraded) {
            kind = stream::EndKind::CutWithoutClose;
        } else if (connection.response->state() == ResponseReader::State::Head) {
            kind = stream::EndKind::ClosedBeforeHead;
        } else {
            kind = connection.response->ends_with_connection() ? stream::EndKind::BodyClosed : stream::EndKind::BodyCut;
        }
    }
    end(connection, {.kind = kind, .system_error = got.system_error, .close_code = 0, .detail = got.detail, .at = clock_.now()});
}

/// The one place that ends a stream. The connection is put where it belongs first, so that the sink can open the next stream on it.
void ClientTransport::end(Connection& connection, stream::End end, std::uint16_t goodbye) {
    const stream::StreamId id = *connection.stream;
    const bool reusable = end.kind == stream::EndKind::BodyComplete && connection.use == wire::ConnectionUse::Reuse &&
                          connection.response->keeps_alive() && connection.unsent.empty() && connection.accepted && connection.fd >= 0;
    end.detail.resize(std::min(end.detail.size(), kMaxDetailBytes));
    detach(connection);
    if (reusable) {
        put_to_rest(connection);
    } else if (goodbye != 0) {
        say_goodbye(connection, goodbye);
    } else {
        kill(connection);
    }
    sink_->on_ended(id, end);
}

}  // namespace relaybench::net
