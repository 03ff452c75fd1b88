#include "doctor/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "wire/url.h"

namespace relaybench::doctor {

namespace {

std::string name_text(const X509_NAME* name) {
    std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), &BIO_free);
    X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string part_of(const X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) {
        return {};
    }
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

core::WallTime time_of(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return core::WallTime{std::chrono::seconds(timegm(&parts))};
}

std::string key_hash_of(const X509& certificate) {
    constexpr std::size_t kShownBytes = 8;
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (X509_pubkey_digest(&certificate, EVP_sha256(), hash.data(), &size) != 1 || size < kShownBytes) {
        return "cannot be read";
    }
    return fmt::format("sha256 {:02x}…", fmt::join(hash.begin(), hash.begin() + kShownBytes, ""));
}

std::vector<std::string> dns_names(const X509& certificate) {
    std::vector<std::string> names;
    auto* list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
        if (name->type == GEN_DNS) {
            names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        }
    }
    GENERAL_NAMES_free(list);
    return names;
}

/// Notes every problem and goes on as if there were none.
int note_problem(int ok, X509_STORE_CTX* context) {
    if (ok == 0) {
        auto* verdict = static_cast<ChainVerdict*>(X509_STORE_CTX_get_app_data(context));
        const int code = X509_STORE_CTX_get_error(context);
        if (!verdict->has(code)) {
            verdict->problems.push_back({code, X509_STORE_CTX_get_error_depth(context), X509_verify_cert_error_string(code)});
        }
    }
    return 1;
}

/// False: OpenSSL will not compare names, and would take any. So it does without an error for an empty one.
bool want_host(X509_VERIFY_PARAM& wanted, const std::string& host) {
    if (wire::is_address(host)) {
        return X509_VERIFY_PARAM_set1_ip_asc(&wanted, host.c_str()) == 1;
    }
    return !host.empty() && X509_VERIFY_PARAM_set1_host(&wanted, host.data(), host.size()) == 1;
}

/// Below which strength of keys and signatures programs of this machine refuse a chain.
int security_level() {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    return context ? SSL_CTX_get_security_level(context.get()) : 0;
}

void add_pem(X509_STORE& store, std::string_view pem) {
    std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    while (X509* certificate = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
        X509_STORE_add_cert(&store, certificate);
        X509_free(certificate);
    }
}

}  // namespace

Chain peer_chain(const SSL* session) {
    Chain chain;
    const STACK_OF(X509)* sent = SSL_get_peer_cert_chain(session);
    for (int i = 0; sent != nullptr && i < sk_X509_num(sent); ++i) {
        X509* certificate = sk_X509_value(sent, i);
        X509_up_ref(certificate);
        chain.emplace_back(certificate);
    }
    return chain;
}

CertificateFacts facts_of(const X509& certificate) {
    const X509_NAME* issuer = X509_get_issuer_name(&certificate);
    CertificateFacts facts;
    facts.subject = name_text(X509_get_subject_name(&certificate));
    facts.issuer = name_text(issuer);
    facts.issuer_name = part_of(issuer, NID_organizationName);
    if (facts.issuer_name.empty()) {
        facts.issuer_name = part_of(issuer, NID_commonName);
    }
    facts.key_hash = key_hash_of(certificate);
    facts.not_before = time_of(X509_get0_notBefore(&certificate));
    facts.not_after = time_of(X509_get0_notAfter(&certificate));
    facts.names = dns_names(certificate);
    facts.has_alternative_names = X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0;
    facts.names_issuer_url = X509_get_ext_by_NID(&certificate, NID_info_access, -1) >= 0;
    facts.self_signed = X509_NAME_cmp(X509_get_subject_name(&certificate), issuer) == 0;
    return facts;
}

bool ChainVerdict::has(int code) const {
    return std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) { return problem.code == code; });
}

bool ChainVerdict::good_at_another_time() const {
    return !problems.empty() && std::all_of(problems.begin(), problems.end(), [](const Problem& problem) {
        return problem.code == X509_V_ERR_CERT_HAS_EXPIRED || problem.code == X509_V_ERR_CERT_NOT_YET_VALID;
    });
}

std::string ChainVerdict::text() const {
    std::string text;
    for (const Problem& problem : problems) {
        text += fmt::format("{}{} (code {}, certificate {})", text.empty() ? "" : "; ", problem.text, problem.code, problem.depth);
    }
    return text.empty() ? "valid" : text;
}

ChainVerdict judge_chain(const Chain& chain, X509_STORE& store, const std::string& host, core::WallTime at) {
    ChainVerdict verdict;
    if (chain.empty()) {
        verdict.problems.push_back({X509_V_ERR_UNSPECIFIED, 0, "the peer sent no certificate"});
        return verdict;
    }
    std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(sk_X509_new_null(),
                                                                      [](STACK_OF(X509) * list) { sk_X509_free(list); });
    for (std::size_t i = 1; i < chain.size(); ++i) {
        sk_X509_push(others.get(), chain[i].get());
    }
    std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(), &X509_STORE_CTX_free);
    if (context == nullptr || X509_STORE_CTX_init(context.get(), &store, chain.front().get(), others.get()) != 1) {
        verdict.problems.push_back({X509_V_ERR_UNSPECIFIED, 0, "OpenSSL cannot judge the chain"});
        return verdict;
    }
    X509_STORE_CTX_set_app_data(context.get(), &verdict);
    X509_STORE_CTX_set_verify_cb(context.get(), &note_problem);
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_auth_level(wanted, security_level());
    X509_VERIFY_PARAM_set_time(wanted, std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::seconds>(at)));
    if (X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER) != 1 || !want_host(*wanted, host)) {
        verdict.problems.push_back({X509_V_ERR_HOSTNAME_MISMATCH, 0, "OpenSSL cannot compare it with the host's name"});
        return verdict;
    }
    if (X509_verify_cert(context.get()) != 1 && verdict.problems.empty()) {
        const int code = X509_STORE_CTX_get_error(context.get());
        verdict.problems.push_back({code, X509_STORE_CTX_get_error_depth(context.get()), X509_verify_cert_error_string(code)});
    }
    return verdict;
}

Store public_roots() {
    Store store(X509_STORE_new());
    for (const EmbeddedText& file : embedded_roots()) {
        add_pem(*store, file.text);
    }
    return store;
}

Store system_store() {
    Store store(X509_STORE_new());
    X509_STORE_set_default_paths(store.get());
    return store;
}

core::Expected<Store> store_of_file(const std::string& path) {
    Store store(X509_STORE_new());
    if (X509_STORE_load_file(store.get(), path.c_str()) != 1) {
        return core::bad_input(fmt::format("CA file \"{}\" cannot be used; a file of PEM certificates is wanted", path));
    }
    return store;
}

}  // namespace relaybench::doctor
