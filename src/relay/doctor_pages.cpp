#include "relay/doctor_pages.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "relay/documents.h"

namespace relaybench::relay {
namespace {

constexpr std::string_view kChallengeHeader = "x-hs-challenge";
constexpr std::string_view kCountsPrefix = "/v1/doctor/stream/";
constexpr std::size_t kLongestChallenge = 200;
constexpr std::size_t kShownIdBytes = 80;

constexpr auto kPagePaths = std::to_array<std::pair<std::string_view, DoctorPage>>({
    {"/v1/doctor/hello", DoctorPage::Hello},
    {"/v1/doctor/stream", DoctorPage::Stream},
    {"/v1/doctor/body", DoctorPage::Body},
    {"/v1/doctor/ws", DoctorPage::Socket},
    {"/generate_204", DoctorPage::NoContent},
});

constexpr auto kReadingMethods = std::to_array<std::string_view>({"GET", "HEAD"});
constexpr auto kStreamMethods = std::to_array<std::string_view>({"GET", "POST"});
constexpr auto kBodyMethods = std::to_array<std::string_view>({"POST"});
constexpr auto kSocketMethods = std::to_array<std::string_view>({"GET"});

constexpr auto kSecretHeaders = std::to_array<std::string_view>({"authorization", "cookie", "proxy-authorization"});

std::span<const std::string_view> methods_of(DoctorPage page) {
    switch (page) {
        case DoctorPage::Stream:
            return kStreamMethods;
        case DoctorPage::Body:
            return kBodyMethods;
        case DoctorPage::Socket:
            return kSocketMethods;
        default:
            return kReadingMethods;
    }
}

/// Whoever keeps an answer would let it stand for a path that is broken by now.
HttpAnswer fresh_answer(int status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers.push_back({"Cache-Control", "no-store"});
    return answer;
}

std::string headers_json(const net::ServerRequest& request) {
    std::map<std::string_view, std::string> by_name;
    for (const net::ServerHeader& header : request.headers) {
        if (std::find(kSecretHeaders.begin(), kSecretHeaders.end(), header.name) == kSecretHeaders.end()) {
            std::string& value = by_name[header.name];
            value.append(value.empty() ? "" : ", ").append(header.value);
        }
    }
    std::string json;
    for (const auto& [name, value] : by_name) {
        json += fmt::format("{}{}:{}", json.empty() ? "" : ",", json_text(name), json_text(value));
    }
    return "{" + json + "}";
}

bool is_control(char character) {
    constexpr unsigned char kFirstPrintable = 0x20;
    constexpr unsigned char kDelete = 0x7F;
    const auto byte = static_cast<unsigned char>(character);
    return byte < kFirstPrintable || byte == kDelete;
}

}  // namespace

std::optional<DoctorPage> doctor_page_at(std::string_view path) {
    const auto* const found = std::find_if(kPagePaths.begin(), kPagePaths.end(), [path](const auto& entry) { return entry.first == path; });
    if (found != kPagePaths.end()) {
        return found->second;
    }
    return stream_id_in(path).empty() ? std::nullopt : std::optional(DoctorPage::Counts);
}

std::optional<HttpAnswer> refuse_doctor_method(const net::ServerRequest& request, DoctorPage page) {
    const std::span<const std::string_view> methods = methods_of(page);
    if (std::find(methods.begin(), methods.end(), request.method) != methods.end()) {
        return std::nullopt;
    }
    HttpAnswer answer = fresh_answer(
        405, error_json({fmt::format("Not allowed to {} on {}, expected {}.", request.method, request.path(), core::listed(methods)),
                         "invalid_request_error", ""}));
    answer.headers.push_back({"Allow", fmt::format("{}", fmt::join(methods, ", "))});
    return answer;
}

std::string challenge_of(const net::ServerRequest& request) {
    std::string challenge(request.header(kChallengeHeader).substr(0, kLongestChallenge));
    challenge.erase(std::remove_if(challenge.begin(), challenge.end(), is_control), challenge.end());
    return challenge;
}

HttpAnswer hello_answer(const net::ServerRequest& request, std::string_view client_address, core::WallTime now) {
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    return fresh_answer(200, fmt::format(R"({{"doctor":1,"challenge":{},"received_headers":{},"client_address":{},"server_time_ms":{}}})",
                                         json_text(challenge_of(request)), headers_json(request), json_text(client_address), now_ms));
}

HttpAnswer counts_answer(std::string_view path, const std::optional<DoctorCounts>& counts) {
    const std::string_view id = stream_id_in(path);
    if (!counts) {
        return fresh_answer(404,
                            error_json({fmt::format("No stream has the id \"{}\", expected one of the last streams that began with an id.",
                                                    core::printable(id, kShownIdBytes)),
                                        "invalid_request_error", ""}));
    }
    return fresh_answer(200, fmt::format(R"({{"id":{},"events_sent":{},"comments_sent":{},"ended":{}}})", json_text(id), counts->events,
                                         counts->comments, counts->ended));
}

HttpAnswer received_answer(std::size_t bytes) { return fresh_answer(200, fmt::format(R"({{"received_bytes":{}}})", bytes)); }

HttpAnswer no_content_answer(const net::ServerRequest& request) {
    HttpAnswer answer = fresh_answer(204, {});
    if (std::string challenge = challenge_of(request); !challenge.empty()) {
        answer.headers.push_back({"X-HS-Challenge", std::move(challenge)});
    }
    return answer;
}

HttpAnswer bad_query_answer(std::string message) {
    return fresh_answer(400, error_json({std::move(message), "invalid_request_error", ""}));
}

std::optional<wire::GzipWriter::Flush> doctor_gzip(const net::ServerRequest& request, const DoctorStreamQuery& query) {
    return request.header("accept-encoding").find("gzip") == std::string_view::npos ? std::nullopt : query.gzip;
}

std::string doctor_stream_head(const AnswerContext& context, const DoctorStreamQuery& query) {
    HttpAnswer answer;
    answer.content_type = "text/event-stream";
    answer.headers.push_back({"Cache-Control", "no-cache, no-transform"});
    if (doctor_gzip(context.request, query)) {
        answer.headers.push_back({"Content-Encoding", "gzip"});
    }
    if (query.forbid_buffering) {
        answer.headers.push_back({"X-Accel-Buffering", "no"});
    }
    return answer_head(answer, context) + (context.request.http_1_0 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
}

std::string_view stream_id_in(std::string_view path) {
    return path.starts_with(kCountsPrefix) ? path.substr(kCountsPrefix.size()) : std::string_view{};
}

bool asks_for_pings(std::string_view message) {
    std::string_view expected = R"({"ask":"pings"})";
    for (const char character : message) {
        if (character == ' ' || character == '\t' || character == '\n' || character == '\r') {
            continue;
        }
        if (expected.empty() || character != expected.front()) {
            return false;
        }
        expected.remove_prefix(1);
    }
    return expected.empty();
}

std::string pings_json(std::uint64_t pings) { return fmt::format(R"({{"pings":{}}})", pings); }

}  // namespace relaybench::relay
