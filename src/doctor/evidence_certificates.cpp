#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/text.h"
#include "doctor/certificates.h"
#include "doctor/evidence_files.h"

namespace relaybench::doctor {
namespace {

constexpr std::size_t kMaxName = 8000;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};

/// Empty: OpenSSL could not write it.
std::string pem_of(X509& certificate) {
    const std::unique_ptr<BIO, FreeBio> memory(BIO_new(BIO_s_mem()));
    if (memory == nullptr || PEM_write_bio_X509(memory.get(), &certificate) != 1) {
        return {};
    }
    const char* bytes = nullptr;
    const auto size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, static_cast<void*>(&bytes));
    return {bytes, static_cast<std::size_t>(size)};
}

std::string words_of(const CertificateFacts& facts) {
    std::string names;
    for (const std::string& name : facts.names) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return core::printable(fmt::format("subject {} | issuer {} | for {}", facts.subject, facts.issuer, names), kMaxName);
}

/// Its dates tell nothing of whose it is.
bool is_public(const Facts& facts) {
    const auto verdict = judge_chain(facts.chain, *public_roots(), facts.url.host, facts_of(*facts.chain.front()).not_before);
    return verdict.good() || verdict.good_at_another_time();
}

}  // namespace

EvidenceFile certificates_file(const Facts& facts, Names names, const Cleaner& clean) {
    EvidenceFile file{.name = "certificates.pem"};
    if (facts.chain.empty()) {
        file.status = EvidenceFile::Status::Nothing;
        file.note = "no TLS session came about";
        return file;
    }
    if (names == Names::Masked && !is_public(facts)) {
        file.status = EvidenceFile::Status::LeftOut;
        file.note = "no public authority vouches for it, so that it may name internal hosts; --no-mask puts it in";
        return file;
    }
    for (const auto& certificate : facts.chain) {
        const CertificateFacts about = facts_of(*certificate);
        const std::string words = words_of(about);
        const std::string pem = pem_of(*certificate);
        if (clean(words) != words || pem.empty()) {
            // Base64 hides names from a search, and not from a reader.
            const auto status = pem.empty() ? EvidenceFile::Status::Failed : EvidenceFile::Status::LeftOut;
            return {
                .status = status,
                .name = file.name,
                .note = pem.empty() ? "a certificate cannot be written" : "it names hosts or people that are masked; --no-mask puts it in"};
        }
        file.text +=
            fmt::format("# {}\n# valid {} to {}\n{}", words, core::utc_text(about.not_before), core::utc_text(about.not_after), pem);
    }
    return file;
}

}  // namespace relaybench::doctor
