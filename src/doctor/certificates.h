#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::doctor {

struct FreeX509 {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeStore {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};
using Chain = std::vector<std::unique_ptr<X509, FreeX509>>;
using Store = std::unique_ptr<X509_STORE, FreeStore>;

/// What the peer sent, the leaf first; empty when it sent none.
[[nodiscard]] Chain peer_chain(const SSL* session);

/// A certificate in words. Names come from the peer and are untrusted.
struct CertificateFacts {
    std::string subject;
    std::string issuer;
    std::string issuer_name;  ///< the issuer's organisation or common name: who to ask for
    core::WallTime not_before;
    core::WallTime not_after;
    std::vector<std::string> names;
    std::string key_hash;  ///< beginning of the SHA-256 of the public key: the same in every certificate for it
    bool self_signed = false;
    bool has_alternative_names = false;  ///< of any kind; without them the common name has to do, which many programs do not look at
    bool names_issuer_url = false;       ///< says where its issuer's certificate is, as those of public authorities do
};
[[nodiscard]] CertificateFacts facts_of(const X509& certificate);

/// Everything that OpenSSL finds wrong with a chain, not only the first: an expired leaf hides a missing intermediate otherwise.
struct ChainVerdict {
    struct Problem {
        int code = 0;  ///< X509_V_ERR_…
        int depth = 0;
        std::string text;
    };
    std::vector<Problem> problems;

    [[nodiscard]] bool good() const { return problems.empty(); }
    [[nodiscard]] bool has(int code) const;
    /// The problems but for those of the dates.
    [[nodiscard]] bool good_at_another_time() const;
    [[nodiscard]] std::string text() const;
};
/// Judges a chain against a store for a host name or address at a moment.
[[nodiscard]] ChainVerdict judge_chain(const Chain& chain, X509_STORE& store, const std::string& host, core::WallTime at);

/// The authorities that browsers ship (those of the Debian package ca-certificates when relaybench was built).
[[nodiscard]] Store public_roots();
/// What this machine's programs trust.
[[nodiscard]] Store system_store();
/// One file of PEM certificates.
[[nodiscard]] core::Expected<Store> store_of_file(const std::string& path);

/// A text that was compiled in.
struct EmbeddedText {
    std::string_view name;
    std::string_view text;
};
[[nodiscard]] std::span<const EmbeddedText> embedded_roots();

}  // namespace relaybench::doctor
