#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "doctor/idle_arm.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"
#include "net/response_reader.h"
#include "wire/sse_parser.h"

namespace relaybench::doctor {

namespace {

using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using std::chrono::milliseconds;

constexpr core::Duration kOpening = std::chrono::seconds(10);
constexpr core::Duration kMoment = milliseconds(1);
constexpr std::size_t kReadBytes = std::size_t{16} << 10;
constexpr std::size_t kShownBytes = 80;

struct StreamSchedule {
    std::uint64_t events = 1;
    milliseconds interval{0};
    milliseconds keepalive{0};
};

/// The last event is due when the arm's time is up. A stream is silent, has comments, or has events all the time.
StreamSchedule schedule_of(const ArmPlan& plan) {
    const auto length = std::chrono::duration_cast<milliseconds>(plan.length);
    const auto beat = std::chrono::duration_cast<milliseconds>(plan.interval);
    if (plan.role == Role::Busy) {
        return {.events = static_cast<std::uint64_t>(length / beat), .interval = beat, .keepalive = {}};
    }
    return {.events = 1, .interval = length, .keepalive = plan.role == Role::Heartbeat ? beat : milliseconds(0)};
}

/// An event stream that has to bring its last event when its time is up.
class StreamArm final : public Arm, private net::ResponseReader::BodySink, private wire::SseSink {
  public:
    explicit StreamArm(const ArmPlan& plan) : Arm(plan) {}

    void ask(Channel channel, const Facts& facts) {
        channel_ = std::move(channel);
        schedule_ = schedule_of(plan());
        HttpQuestion question;
        question.method = "POST";
        question.target = fmt::format("{}/doctor/stream?events={}&interval_ms={}&keepalive_ms={}&id={}", facts.prefix, schedule_.events,
                                      schedule_.interval.count(), schedule_.keepalive.count(), plan().stream_id);
        question.authority = facts.url.authority();
        question.headers = {{"Accept", "text/event-stream"}, {"Accept-Encoding", "identity"}};
        second_question_ = question_text(
            {.method = "GET", .target = facts.prefix + "/doctor/hello", .authority = question.authority, .headers = {}, .body = {}});
        if (channel_->write(question_text(question), facts.within(kOpening))) {
            note_sent();
        } else {
            finish_broken("the request was not taken");
        }
    }

    void read() override {
        std::array<char, kReadBytes> buffer{};
        for (int i = 0; i < kMostReads && !is_over(); ++i) {
            const Received got = channel_->read(buffer, now() + kMoment);
            switch (got.end) {
                case ReadEnd::Data:
                    take({buffer.data(), got.size});
                    break;
                case ReadEnd::Fin:
                    finish(End::Fin, strange_);
                    return;
                case ReadEnd::Reset:
                case ReadEnd::TlsError:
                    finish_broken(got.reason);
                    return;
                case ReadEnd::TimedOut:
                    return;
            }
        }
    }

    /// An event that does not come may be late, or the way is gone: bytes of ours, which no server minds behind a question, tell.
    void act(core::TimePoint at) override {
        if (at >= time_up() + kPatience) {
            finish(End::Silence);
        } else if (at >= due() && !is_asked_) {
            is_asked_ = true;
            if (channel_->write(second_question_, now() + kMoment)) {
                note_sent();
            } else {
                finish_broken("what was sent was not taken");
            }
        }
    }

    [[nodiscard]] core::TimePoint due() const override { return time_up() + (is_asked_ ? kPatience : kPatience / 2); }
    [[nodiscard]] const Socket& socket() const override { return channel_ ? channel_->socket() : none_; }

  private:
    void take(std::string_view bytes) {
        using State = net::ResponseReader::State;
        if (reader_.state() == State::Head) {
            bytes.remove_prefix(std::min(reader_.feed_head(bytes), bytes.size()));
            if (reader_.state() != State::Head && reader_.state() != State::Broken) {
                take_head();
            }
        }
        if (!is_over() && reader_.state() == State::Body && !bytes.empty()) {
            reader_.feed_body(bytes, *this);
        }
        if (reader_.state() == State::Broken) {
            finish(End::Garbled, std::string(reader_.why()));
        } else if (reader_.state() == State::Complete) {
            finish(End::Fin, strange_.empty() ? "the answer ended in order" : strange_);
        }
    }

    void take_head() {
        constexpr int kOk = 200;
        notes().status = reader_.head().status;
        notes().answerer = answerer_of(reader_.head().headers);
        if (notes().status == kOk) {
            note_opened();
        } else {
            finish(End::Refused, fmt::format("HTTP {} {}", notes().status, reader_.head().reason));
        }
    }

    net::ResponseReader::Next on_body(std::string_view bytes) override {
        using Next = net::ResponseReader::Next;
        const bool readable = parser_.feed(bytes, *this) == wire::SseParser::Status::Ok;
        return readable ? Next::Continue : Next::Stop;
    }

    /// What is none of the relay's events is no sign that it lived until then: who ends a stream in its place may say so in one of his own.
    bool on_event(const wire::SseEvent& event) override {
        constexpr std::string_view kDone = "[DONE]";
        if (event.data == kDone) {
            finish(End::Fin, strange_.empty() ? "the stream was ended as if it were whole" : strange_);
            return false;
        }
        if (!read_paced_event(event.data)) {
            if (strange_.empty()) {
                strange_ = event.data.substr(0, kShownBytes);
            }
            return true;
        }
        note_received();
        ++events_;
        if (plan().role == Role::Busy) {
            notes().beats_seen = events_;
        }
        if (events_ >= schedule_.events) {
            finish(End::Alive);
        }
        return !is_over();
    }

    void on_comment() override {
        note_received();
        const bool is_opening = !std::exchange(is_opened_, true);
        if (plan().role == Role::Heartbeat && !is_opening) {
            ++notes().beats_seen;
        }
    }

    std::optional<Channel> channel_;
    Socket none_;
    StreamSchedule schedule_;
    std::string second_question_;
    net::ResponseReader reader_;
    wire::SseParser parser_;
    std::uint64_t events_ = 0;
    std::string strange_;  ///< the first event that is none of the relay's, untrusted
    bool is_opened_ = false;
    bool is_asked_ = false;
};

}  // namespace

std::unique_ptr<Arm> open_stream_arm(const Subject& subject, const Facts& facts, const ArmPlan& plan) {
    auto arm = std::make_unique<StreamArm>(plan);
    Reached way = reach_relay(subject, facts, Trust::Anyone, facts.within(kOpening));
    if (!way.channel) {
        return closed_arm(plan, way.failure);
    }
    arm->ask(std::move(*way.channel), facts);
    return arm;
}

}  // namespace relaybench::doctor
