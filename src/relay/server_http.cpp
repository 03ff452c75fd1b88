#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "relay/server.h"
#include "relay/server_ask.h"

namespace relaybench::relay {
namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kProxyPrefix = "/proxy";
constexpr std::uint32_t kBytesPerToken = 4;  // the usual rule of thumb for English

HttpAnswer error_answer(int status, const ErrorWords& words) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = error_json(words);
    return answer;
}

HttpAnswer page(std::string content_type, std::string body) {
    HttpAnswer answer;
    answer.content_type = std::move(content_type);
    answer.body = std::move(body);
    return answer;
}

std::string metrics_text(const Truth& truth) {
    return fmt::format(
        "# TYPE relaybench_relay_connections_total counter\nrelaybench_relay_connections_total {}\n"
        "# TYPE relaybench_relay_requests_total counter\nrelaybench_relay_requests_total {}\n"
        "# TYPE relaybench_relay_streams_total counter\nrelaybench_relay_streams_total {}\n"
        "# TYPE relaybench_relay_chunks_total counter\nrelaybench_relay_chunks_total {}\n",
        truth.connections, truth.requests, truth.streams, truth.chunks);
}

HttpAnswer no_such_page(const net::ServerRequest& request) {
    return error_answer(404, {fmt::format("Invalid URL ({} {})", request.method, request.path()), "invalid_request_error", ""});
}

Framing framing_of(const net::ServerRequest& request, const Asked& asked) {
    if (!asked.stream) {
        return Framing::HttpWhole;
    }
    return request.http_1_0 ? Framing::HttpPlain : Framing::HttpChunked;
}

bool wants_stamps(const net::ServerRequest& request) { return request.header("x-relaybench-stamp") == "1"; }

std::string_view without_proxy_prefix(std::string_view path) {
    return path.starts_with(kProxyPrefix) ? path.substr(kProxyPrefix.size()) : path;
}

}  // namespace

void Server::read_requests(Session& session, std::string_view bytes) {
    const net::ConnectionId id = session.id;
    while (!bytes.empty()) {
        const net::HttpRequestReader::Step step = session.http.feed(bytes);
        bytes.remove_prefix(step.consumed);
        if (step.status == net::HttpRequestReader::Status::NeedMore) {
            return;
        }
        if (step.status != net::HttpRequestReader::Status::Complete) {
            reject_bytes(session, step.status);
            return;
        }
        const net::ServerRequest request = session.http.take();
        handle(session, request);
        if (find(id) == nullptr) {
            return;
        }
        if (session.state != Session::State::Http) {
            // A stream runs, or frames follow: the rest is for later, or for another reader.
            session.state == Session::State::Streaming ? keep_for_later(session, bytes) : read_frames(session, bytes);
            return;
        }
    }
}

void Server::reject_bytes(Session& session, net::HttpRequestReader::Status status) {
    using Status = net::HttpRequestReader::Status;
    net::ServerRequest nothing;
    nothing.keep_alive = false;
    const int code = status == Status::HeadTooLarge ? 431 : status == Status::BodyTooLarge ? 413 : 400;
    answer(session, nothing, error_answer(code, {"The request cannot be read.", "invalid_request_error", ""}));
}

Occasion Server::next_occasion(Session& session) {
    const Occasion occasion{session.number, session.requests, truth_.requests};
    ++session.requests;
    ++truth_.requests;
    return occasion;
}

void Server::handle(Session& session, const net::ServerRequest& request) {
    const auto doctor_page = doctor_page_at(request.path());
    note_use(session, doctor_page.has_value());
    if (offer_ == RelayOptions::Offer::DoctorPages && !doctor_page) {
        answer(session, request, no_such_page(request));
        return;
    }
    if (request.method == "OPTIONS") {
        answer(session, request, preflight());
    } else if (doctor_page) {
        serve_doctor(session, request, *doctor_page);
    } else if (request.upgrade) {
        upgrade(session, request);
    } else if (const auto fixed = fixed_page(request)) {
        answer(session, request, *fixed);
    } else if (without_proxy_prefix(request.path()) == kChatPath) {
        handle_chat(session, request);
    } else {
        answer(session, request, no_such_page(request));
    }
}

std::optional<HttpAnswer> Server::fixed_page(const net::ServerRequest& request) const {
    const std::string_view path = without_proxy_prefix(request.path());
    if (path == "/v1/models") {
        const auto refused = admission_.refuse_key(request);
        return refused ? refused->answer : page("application/json", models_json());
    }
    if (path == "/health") {
        return page("application/json", health_json(fmt::format("http://{}/v1", request.header("host"))));
    }
    if (path == "/metrics" || path == "/health/metrics") {
        return page("text/plain; version=0.0.4", metrics_text(truth_));
    }
    if (path == "/relaybench/truth") {
        return page("application/json", truth_json(truth_, profile_.name));
    }
    return std::nullopt;
}

void Server::handle_chat(Session& session, const net::ServerRequest& request) {
    const core::TimePoint now = clock_.now();
    if (request.method != "POST") {
        answer(session, request,
               error_answer(405, {"Not allowed to " + request.method + " on /v1/chat/completions.", "invalid_request_error", ""}));
        return;
    }
    const Occasion occasion = next_occasion(session);
    const auto fault = plan_fault(profile_, seed_, occasion);
    if (const auto refused = admission_.refuse(request, fault, now)) {
        answer(session, request, refused->answer);
        return;
    }
    if (fault && fault->id == FaultId::WrongAccept) {
        answer(session, request, error_answer(500, {"The server had an error while processing your request.", "server_error", ""}));
        return;
    }
    const auto asked = read_asked(request.body);
    if (!asked || asked->model.empty()) {
        answer(session, request, error_answer(400, {"The body must be a JSON object with a model.", "invalid_request_error", ""}));
        return;
    }
    if (const auto refused = admission_.refuse_model(asked->model)) {
        answer(session, request, refused->answer);
        return;
    }
    Ask ask;
    ask.asked = *asked;
    ask.dialect = request.path().starts_with(kProxyPrefix) ? wire::Dialect::ProxySse : wire::Dialect::ChatSse;
    ask.framing = framing_of(request, *asked);
    ask.send_stamps = wants_stamps(request);
    ask.keep_alive = request.keep_alive && ask.framing != Framing::HttpPlain;
    ask.fault = fault;
    ask.occasion = occasion;
    ask.at = now;
    start_http_stream(session, request, ask);
}

void Server::start_http_stream(Session& session, const net::ServerRequest& request, const Ask& ask) {
    const AnswerContext context{request, profile_.cors, ask.occasion.stream};
    session.state = Session::State::Streaming;
    // A whole answer goes out at its end, head and all.
    const bool whole = ask.framing == Framing::HttpWhole;
    Ask complete = ask;
    complete.whole_head = whole ? answer_head({}, context) : std::string();
    start_stream(session, complete, whole ? std::string() : stream_head(context));
}

void Server::start_stream(Session& session, const Ask& ask, std::string_view head) {
    StreamFormat format;
    format.dialect = ask.dialect;
    format.framing = ask.framing;
    format.model = ask.asked.model;
    format.number = ask.occasion.stream;
    format.created_s = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
    format.send_stamps = ask.send_stamps;
    format.usage = ask.asked.include_usage;
    format.prompt_tokens = ask.asked.prompt_bytes / kBytesPerToken + 1;
    format.whole_head = ask.whole_head;
    const Wanted wanted{ask.asked.model, ask.asked.max_tokens, ask.asked.include_usage};
    session.stream = std::make_unique<RunningStream>(
        RunningStream{.script = Script(profile_.timing_of(ask.asked.model), ask.fault, wanted, stream_random(seed_, ask.occasion)),
                      .encoder = StreamEncoder(std::move(format), clock_, compressor_),
                      .action = {},
                      .due = ask.at,
                      .asked_at = ask.at,
                      .last_token_at = std::nullopt,
                      .close_code = ask.fault ? ask.fault->close_code : std::uint16_t{0},
                      .error_shape = ask.fault ? ask.fault->shape : ErrorShape::OpenAi,
                      .keep_alive = ask.keep_alive});
    if (profile_.comment_every > core::Duration{0} && !session.frames) {
        timers_.add({ask.at + profile_.comment_every, session.id, TimerKind::Comment});
    }
    settle(session, player_->begin(session, head));
}

void Server::answer(Session& session, const net::ServerRequest& request, const HttpAnswer& answer) {
    truth_.refused += answer.status >= 400 ? 1 : 0;
    send_answer(session, request, answer);
}

void Server::send_answer(Session& session, const net::ServerRequest& request, const HttpAnswer& answer) {
    static_cast<void>(listener_->send(session.id, answer_bytes(answer, {request, profile_.cors, truth_.requests})));
    if (!request.keep_alive) {
        listener_->finish(session.id);
        drop(session);
    }
}

}  // namespace relaybench::relay
