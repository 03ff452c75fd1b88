#include "doctor/http_exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "net/response_reader.h"
#include "wire/gzip_stream.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10;
constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kFirstBytes = 32;

class BodyCollector final : public net::ResponseReader::BodySink {
  public:
    BodyCollector(std::string& body, std::size_t most) : body_(body), most_(most) {}
    net::ResponseReader::Next on_body(std::string_view bytes) override {
        body_.append(bytes.substr(0, most_ - std::min(most_, body_.size())));
        return body_.size() < most_ ? net::ResponseReader::Next::Continue : net::ResponseReader::Next::Stop;
    }

  private:
    std::string& body_;
    std::size_t most_;
};

HttpReply::End end_of(const Received& got, const net::ResponseReader& reader) {
    switch (got.end) {
        case ReadEnd::Fin:
            return reader.ends_with_connection() ? HttpReply::End::Complete : HttpReply::End::CutShort;
        case ReadEnd::Reset:
            return HttpReply::End::Reset;
        case ReadEnd::TlsError:
            return HttpReply::End::TlsError;
        default:
            return HttpReply::End::TimedOut;
    }
}

void note_head(HttpReply& reply, const net::ResponseReader& reader) {
    reply.head_at = now();
    reply.status = reader.head().status;
    reply.reason = reader.head().reason;
    reply.headers = reader.head().headers;
}

/// Feeds what came; true when the answer is over.
bool take(HttpReply& reply, net::ResponseReader& reader, std::string_view bytes, std::size_t most) {
    using State = net::ResponseReader::State;
    if (reader.state() == State::Head) {
        const std::size_t used = reader.feed_head(bytes);
        bytes.remove_prefix(std::min(used, bytes.size()));
        if (reader.state() != State::Head && reader.state() != State::Broken) {
            note_head(reply, reader);
        }
    }
    if (reply.status == 101) {
        reply.surplus = std::string(bytes);
    } else if (reader.state() == State::Body && !bytes.empty()) {
        BodyCollector collector(reply.body, most);
        const std::size_t before = reply.body.size();
        reader.feed_body(bytes, collector);
        if (reply.body.size() > before) {
            reply.pieces.push_back({now(), reply.body.size()});
        }
    }
    if (reader.state() == State::Broken) {
        reply.end = HttpReply::End::NotHttp;
        reply.detail = std::string(reader.why());
        return true;
    }
    if (reply.body.size() >= most) {
        reply.end = HttpReply::End::TooLarge;
        return true;
    }
    reply.end = HttpReply::End::Complete;
    return reader.state() == State::Complete || (reply.has_head() && (reply.status == 204 || reply.status == 304 || reply.status == 101));
}

std::string_view words(HttpReply::End end) {
    switch (end) {
        case HttpReply::End::Complete:
            return "complete";
        case HttpReply::End::CutShort:
            return "the connection was closed before the answer was whole";
        case HttpReply::End::Reset:
            return "the connection was reset";
        case HttpReply::End::TlsError:
            return "TLS broke";
        case HttpReply::End::TimedOut:
            return "no whole answer in time";
        case HttpReply::End::NotHttp:
            return "the answer is no HTTP";
        case HttpReply::End::TooLarge:
            return "the answer is too large";
        case HttpReply::End::NotSent:
            return "the request could not be sent";
    }
    return "";
}

}  // namespace

std::string_view HttpReply::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.name == name; });
    return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

bool HttpReply::lists(std::string_view name, std::string_view word) const {
    return std::any_of(headers.begin(), headers.end(), [&](const auto& header) {
        const auto words_of_it = core::split(header.value, ',');
        return header.name == name && std::any_of(words_of_it.begin(), words_of_it.end(),
                                                  [&](std::string_view each) { return core::iequals(core::trimmed(each), word); });
    });
}

bool HttpReply::is_json() const {
    const std::string_view start = core::trimmed(std::string_view(body).substr(0, kShownBytes));
    return core::lowercase(header("content-type")).find("json") != std::string::npos || start.starts_with('{');
}

bool HttpReply::is_html() const {
    const std::string start = core::lowercase(core::trimmed(std::string_view(body).substr(0, kShownBytes)));
    return core::lowercase(header("content-type")).find("html") != std::string::npos || start.starts_with("<!doctype") ||
           start.starts_with("<html");
}

std::string HttpReply::text() const {
    if (!has_head()) {
        return detail.empty() ? std::string(words(end)) : fmt::format("{}: {}", words(end), core::printable(detail, kShownBytes));
    }
    const std::string line = core::printable(fmt::format("HTTP {} {}", status, reason), kShownBytes);
    return end == End::Complete ? line : fmt::format("{}, then {}", line, words(end));
}

HttpReply unpacked(HttpReply reply) {
    constexpr std::size_t kMostUnpacked = std::size_t{4} << 20;
    wire::GzipReader reader;
    std::string text;
    if (reply.lists("content-encoding", "gzip") && reader.read(reply.body, kMostUnpacked, text)) {
        reply.body = std::move(text);
    }
    return reply;
}

std::string question_text(const HttpQuestion& question) {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", question.method, question.target, question.authority);
    for (const auto& header : question.headers) {
        text += fmt::format("{}: {}\r\n", header.name, header.value);
    }
    if (!question.body.empty() || question.method == "POST") {
        const bool says_type = std::any_of(question.headers.begin(), question.headers.end(),
                                           [](const auto& header) { return core::iequals(header.name, "content-type"); });
        text += says_type ? "" : "Content-Type: application/json\r\n";
        text += fmt::format("Content-Length: {}\r\n", question.body.size());
    }
    return text + "\r\n" + question.body;
}

namespace {

enum class Until : std::uint8_t { Head, Body };

HttpReply read_answer(Channel& channel, const HttpQuestion& question, Until until, Deadline deadline) {
    HttpReply reply;
    reply.asked = now();
    // Who refuses a long request early closes without reading the rest, and what it said may still be here to be read.
    const bool sent = channel.write(question_text(question), deadline);
    if (!sent && now() >= deadline) {
        reply.end = HttpReply::End::TimedOut;
        return reply;
    }
    net::ResponseReader reader;
    std::array<char, kReadBytes> buffer{};
    for (;;) {
        const Received got = channel.read(buffer, deadline);
        reply.ended_at = now();
        if (got.end != ReadEnd::Data) {
            reply.end = sent || reply.has_head() ? end_of(got, reader) : HttpReply::End::NotSent;
            reply.detail = got.reason;
            return reply;
        }
        if (reply.first_bytes.empty()) {
            reply.first_bytes.assign(buffer.data(), std::min(got.size, kFirstBytes));
        }
        const bool over = take(reply, reader, {buffer.data(), got.size}, question.most_body_bytes);
        if (over || (until == Until::Head && reply.has_head())) {
            return reply;
        }
    }
}

HttpReply exchange_until(Channel& channel, const HttpQuestion& question, Until until, Deadline deadline) {
    HttpReply reply = read_answer(channel, question, until, deadline);
    reply.tcp = tcp_facts(channel.socket());
    return reply;
}

}  // namespace

HttpReply exchange(Channel& channel, const HttpQuestion& question, Deadline deadline) {
    // RFC 9110 §9.3.2: whatever its headers say, an answer to HEAD has no body.
    return exchange_until(channel, question, question.method == "HEAD" ? Until::Head : Until::Body, deadline);
}

HttpReply exchange_head(Channel& channel, const HttpQuestion& question, Deadline deadline) {
    return exchange_until(channel, question, Until::Head, deadline);
}

}  // namespace relaybench::doctor
