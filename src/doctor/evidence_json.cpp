#include <ares.h>
#include <openssl/crypto.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "doctor/evidence_files.h"
#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "scenario/sha256.h"
#include "wire/proxy.h"

namespace relaybench::doctor {
namespace {

using EvidenceJson = nlohmann::ordered_json;
using Status = EvidenceFile::Status;

constexpr std::size_t kMaxValue = 300;

EvidenceFile file_of(std::string name, const EvidenceJson& json) {
    constexpr int kIndent = 2;
    return {.name = std::move(name), .text = json.dump(kIndent, ' ', false, EvidenceJson::error_handler_t::replace) + "\n"};
}

EvidenceFile nothing(std::string name, std::string note) {
    return {.status = Status::Nothing, .name = std::move(name), .note = std::move(note)};
}

/// Headers that say who answered, how, and when; none that carries a session, an account or a place to go with a token in it.
bool is_allowed(std::string_view name) {
    constexpr std::array<std::string_view, 26> kAllowed = {"server",
                                                           "via",
                                                           "date",
                                                           "age",
                                                           "content-type",
                                                           "content-encoding",
                                                           "content-length",
                                                           "connection",
                                                           "keep-alive",
                                                           "upgrade",
                                                           "cache-control",
                                                           "vary",
                                                           "x-accel-buffering",
                                                           "transfer-encoding",
                                                           "x-cache",
                                                           "x-squid-error",
                                                           "cf-ray",
                                                           "retry-after",
                                                           "cf-cache-status",
                                                           "x-amz-cf-id",
                                                           "x-envoy-upstream-service-time",
                                                           "x-request-id",
                                                           "request-id",
                                                           "alt-svc",
                                                           "x-powered-by",
                                                           "proxy-status"};
    return std::ranges::find(kAllowed, name) != kAllowed.end() || name.starts_with("x-ratelimit-") || name.starts_with("access-control-");
}

EvidenceJson reply_json(const HttpReply& reply, const Cleaner& clean) {
    EvidenceJson headers = EvidenceJson::array();
    std::size_t left_out = 0;
    for (const auto& header : reply.headers) {
        if (is_allowed(header.name)) {
            headers.push_back({{"name", header.name}, {"value", clean(core::printable(header.value, kMaxValue))}});
        } else {
            ++left_out;
        }
    }
    return {{"answer", clean(reply.text())},
            {"headers", std::move(headers)},
            {"headers_left_out", left_out},
            {"body_bytes", reply.body.size()}};
}

/// What the checks of these categories saw.
EvidenceJson checks_json(const result::Diagnosis& cleaned, std::initializer_list<std::string_view> beginnings) {
    EvidenceJson checks = EvidenceJson::object();
    for (const auto& check : cleaned.checks) {
        const bool wanted = std::ranges::any_of(beginnings, [&](std::string_view beginning) { return check.id.starts_with(beginning); });
        if (!wanted) {
            continue;
        }
        EvidenceJson seen{{"status", result::check_status_id(check.status)}, {"summary", check.summary}};
        for (const auto& evidence : check.evidence) {
            seen["evidence"].push_back({{"name", evidence.name}, {"value", evidence.value}});
        }
        checks[check.id] = std::move(seen);
    }
    return checks;
}

std::string shown_variable(std::string_view name, const std::string& value) {
    const bool is_list = core::lowercase(name) == "no_proxy";
    return core::printable(is_list ? value : shown_proxy(value), kMaxValue);
}

double in_milliseconds(core::Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// A line for each read.
std::string timeline(std::string_view stream, const HttpReply& reply) {
    std::string lines;
    std::size_t before = 0;
    for (const auto& piece : reply.pieces) {
        const EvidenceJson line{{"stream", stream},
                                {"at_ms", in_milliseconds(piece.at - reply.asked)},
                                {"bytes", piece.body_bytes - before},
                                {"body_bytes", piece.body_bytes}};
        before = piece.body_bytes;
        lines += line.dump() + "\n";
    }
    return lines;
}

}  // namespace

std::string_view evidence_status_id(Status status) {
    constexpr std::array<std::string_view, 4> kIds = {"collected", "nothing", "left-out", "failed"};
    return kIds.at(static_cast<std::size_t>(status));
}

EvidenceFile timeline_file(const Facts& facts) {
    const std::string name = "timeline.jsonl";
    EvidenceFile file{.name = name};
    if (facts.streams) {
        file.text = timeline("sse", facts.streams->plain.reply) + timeline("sse, compression accepted", facts.streams->compressed.reply) +
                    timeline("sse, GET", facts.streams->by_get.reply);
    }
    return file.text.empty() ? nothing(name, "no stream was read") : file;
}

EvidenceFile headers_file(const Facts& facts, const Cleaner& clean) {
    EvidenceJson json = EvidenceJson::object();
    if (facts.auth_reply) {
        json["http.auth"] = reply_json(*facts.auth_reply, clean);
    }
    if (facts.streams) {
        json["sse.headers"] = reply_json(facts.streams->plain.reply, clean);
    }
    return json.empty() ? nothing("headers.json", "nothing answered") : file_of("headers.json", json);
}

EvidenceFile dns_file(const Facts& facts, const result::Diagnosis& cleaned, const Cleaner& clean) {
    EvidenceJson json{{"host", clean(facts.url.host)}, {"addresses", EvidenceJson::array()}, {"checks", checks_json(cleaned, {"dns."})}};
    for (const auto& address : facts.addresses) {
        json["addresses"].push_back(clean(address));
    }
    return json["checks"].empty() ? nothing("dns.json", "names were not looked up") : file_of("dns.json", json);
}

EvidenceFile tcp_file(const Facts& facts, const result::Diagnosis& cleaned, const Cleaner& clean) {
    const EvidenceJson checks = checks_json(cleaned, {"tcp.", "net.", "proxy.tcp", "proxy.connect", "tls.handshake"});
    const EvidenceJson json{{"address", clean(facts.address)}, {"port", facts.url.port}, {"checks", checks}};
    return checks.empty() ? nothing("tcp.json", "nothing was connected to") : file_of("tcp.json", json);
}

EvidenceFile proxy_file(const Subject& subject, const Cleaner& clean) {
    constexpr std::array<std::string_view, 1> kSwitches = {"NODE_USE_ENV_PROXY"};
    EvidenceJson variables = EvidenceJson::object();
    for (const auto names : {std::span<const std::string_view>(wire::kProxyVariables),
                             std::span<const std::string_view>(wire::kNoProxyVariables), std::span<const std::string_view>(kSwitches)}) {
        for (const std::string_view name : names) {
            if (const auto value = subject.environment ? subject.environment(std::string(name)) : std::nullopt) {
                variables[std::string(name)] = clean(shown_variable(name, *value));
            }
        }
    }
    EvidenceJson routes = EvidenceJson::object();
    for (const ClientRoute& route : client_routes(subject)) {
        routes[route.family] =
            route.is_direct() ? fmt::format("direct{}{}", route.why.empty() ? "" : ": ", route.why) : fmt::format("by {}", route.variable);
    }
    return file_of("proxy.json", {{"variables", std::move(variables)},
                                  {"used", subject.proxy ? clean(subject.proxy->text()) : std::string("none")},
                                  {"ways", std::move(routes)}});
}

EvidenceFile versions_file(std::string_view tool_version) {
    utsname system{};
    const bool known = uname(&system) == 0;
    return file_of("versions.json",
                   {{"relaybench", tool_version},
                    {"openssl", OpenSSL_version(OPENSSL_VERSION)},
                    {"c-ares", ares_version(nullptr)},
                    {"compiler", __VERSION__},
                    {"system", known ? fmt::format("{} {} {}", system.sysname, system.release, system.machine) : "unknown"}});
}

EvidenceFile manifest_file(const std::vector<EvidenceFile>& files, const result::Diagnosis& cleaned, std::string_view masking) {
    EvidenceJson listed = EvidenceJson::array();
    for (const EvidenceFile& file : files) {
        EvidenceJson json{{"file", file.name}, {"status", evidence_status_id(file.status)}};
        if (file.status == Status::Collected) {
            json["bytes"] = file.text.size();
            json["sha256"] = scenario::sha256_hex(file.text).value_or("");
        } else {
            json["note"] = file.note;
        }
        listed.push_back(std::move(json));
    }
    return file_of("manifest.json", {{"schema_version", 1},
                                     {"kind", "doctor-bundle"},
                                     {"run_id", cleaned.run_id},
                                     {"tool_version", cleaned.tool_version},
                                     {"started_at", cleaned.started_at},
                                     {"masking", masking},
                                     {"files", std::move(listed)}});
}

}  // namespace relaybench::doctor
