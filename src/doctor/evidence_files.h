#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/examination.h"
#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// A file of a bundle, and how its collector fared.
struct EvidenceFile {
    enum class Status : std::uint8_t {
        Collected,
        Nothing,  ///< this examination came to nothing of the kind
        LeftOut,  ///< it would show what is masked elsewhere
        Failed,
    } status = Status::Collected;
    std::string name;
    std::string text;
    std::string note;  ///< of the others: why
};
[[nodiscard]] std::string_view evidence_status_id(EvidenceFile::Status status);

/// Whether people and internal hosts are named.
enum class Names : std::uint8_t { Masked, Shown };

/// Makes a text from outside fit for a bundle: without secrets, and masked unless that was turned off.
using Cleaner = std::function<std::string(std::string_view)>;

// What the checks have learned beyond their results. Every text from outside goes through `clean`.

/// certificates.pem: the chain as it was sent, each with subject, issuer and dates above it. With Names::Masked only a public chain: that of
/// another authority names hosts of its network, also in the addresses of its issuer and of its revocation list. Left out too when `clean`
/// would change its names.
[[nodiscard]] EvidenceFile certificates_file(const Facts& facts, Names names, const Cleaner& clean);
/// timeline.jsonl: when each read of the synthetic stream brought how many bytes.
[[nodiscard]] EvidenceFile timeline_file(const Facts& facts);
/// headers.json: status and headers of the relay's answers, those of an allow-list only.
[[nodiscard]] EvidenceFile headers_file(const Facts& facts, const Cleaner& clean);
/// dns.json and tcp.json: addresses, and what the checks of names and connections measured.
[[nodiscard]] EvidenceFile dns_file(const Facts& facts, const result::Diagnosis& cleaned, const Cleaner& clean);
[[nodiscard]] EvidenceFile tcp_file(const Facts& facts, const result::Diagnosis& cleaned, const Cleaner& clean);
/// proxy.json: the proxy variables without users and passwords, and the way that each family of programs takes. No other variable.
[[nodiscard]] EvidenceFile proxy_file(const Subject& subject, const Cleaner& clean);
/// versions.json: of relaybench, its libraries and the kernel.
[[nodiscard]] EvidenceFile versions_file(std::string_view tool_version);

/// manifest.json: every collector with its success, and size and SHA-256 of every file.
[[nodiscard]] EvidenceFile manifest_file(const std::vector<EvidenceFile>& files, const result::Diagnosis& cleaned,
                                         std::string_view masking);

}  // namespace relaybench::doctor
