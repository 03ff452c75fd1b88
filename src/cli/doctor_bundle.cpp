#include "cli/doctor_bundle.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/file.h"
#include "core/secret_shapes.h"
#include "core/tar_gz.h"
#include "core/text.h"
#include "core/units.h"
#include "doctor/masking.h"
#include "doctor/static_checks.h"
#include "report/terminal_doctor.h"
#include "result/diagnosis_json.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::cli {
namespace {

using doctor::EvidenceFile;
using Status = EvidenceFile::Status;

std::string last_part(std::string_view path) {
    const std::size_t slash = path.find_last_of('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string own_host_name() {
    constexpr std::size_t kLongestHostName = 256;
    std::array<char, kLongestHostName> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

/// The domains that the resolver puts behind bare names (resolv.conf(5)).
std::vector<std::string> search_domains(const doctor::Subject& subject) {
    std::vector<std::string> domains;
    const auto text = subject.read_file(subject.resolv_conf);
    for (const std::string_view line : core::split(text ? std::string_view(*text) : "", '\n')) {
        if (!line.starts_with("search ") && !line.starts_with("domain ")) {
            continue;
        }
        for (const std::string_view word : core::split(line.substr(line.find(' ') + 1), ' ')) {
            if (word.find('.') != std::string_view::npos) {
                domains.push_back(core::lowercase(core::trimmed(word)));
            }
        }
    }
    return domains;
}

EvidenceFile text_file(std::string name, std::string text) { return {.name = std::move(name), .text = std::move(text)}; }

std::string report_text(const result::Diagnosis& diagnosis) {
    constexpr std::size_t kColumns = 110;
    report::Layout layout;
    layout.width = kColumns;
    layout.detail = report::Detail::Verbose;
    return report::terminal_doctor(diagnosis, layout);
}

std::string size_text(const std::string& text) { return core::human_bytes(static_cast<double>(text.size())); }

void list(const std::string& path, const std::string& packed, const std::vector<EvidenceFile>& files, const Context& context) {
    context.err << fmt::format("relaybench: wrote {} ({})\n", core::printable(path, 200), size_text(packed));
    for (const EvidenceFile& file : files) {
        const bool is_in = file.status == Status::Collected;
        context.err << fmt::format(
            "  {:<17} {}\n", file.name,
            is_in ? size_text(file.text) : fmt::format("{}: {}", doctor::evidence_status_id(file.status), file.note));
    }
}

}  // namespace

doctor::PrivateNames private_names(const doctor::Subject& subject, const Context& context) {
    const auto variable = [&context](const std::string& name) { return context.environment(name).value_or(""); };
    doctor::PrivateNames names;
    names.home = variable("HOME");
    names.users = {variable("USER"), variable("LOGNAME"), variable("SUDO_USER"), last_part(names.home)};
    names.hosts = {own_host_name(), subject.proxy ? subject.proxy->host : ""};
    for (const std::string_view name : wire::kProxyVariables) {
        names.hosts.emplace_back(wire::split_proxy(variable(std::string(name))).host());
    }
    for (const doctor::ProxyVariable& each : doctor::system_proxies(subject)) {
        names.hosts.emplace_back(wire::split_proxy(each.value).host());
    }
    // Addresses have classes of their own.
    std::erase_if(names.hosts, [](const std::string& host) { return wire::is_address(host); });
    names.domains = search_domains(subject);
    return names;
}

std::vector<EvidenceFile> bundle_files(const BundleSource& source, const doctor::Facts& facts, result::Diagnosis diagnosis,
                                       const Context& context) {
    const bool is_masked = source.names == doctor::Names::Masked;
    const auto masking = std::make_shared<doctor::Masking>(private_names(source.subject, context));
    const doctor::Cleaner clean = [&source, masking, is_masked](std::string_view text) {
        const std::string safe = core::without_secret_shapes(core::scrub(text, source.secrets));
        return is_masked ? masking->masked(safe) : safe;
    };
    result::rewrite(diagnosis, clean);
    std::vector<EvidenceFile> files = {text_file("report.txt", report_text(diagnosis)),
                                       text_file("report.json", result::to_json(diagnosis)),
                                       doctor::timeline_file(facts),
                                       doctor::certificates_file(facts, source.names, clean),
                                       doctor::dns_file(facts, diagnosis, clean),
                                       doctor::tcp_file(facts, diagnosis, clean),
                                       doctor::headers_file(facts, clean),
                                       doctor::proxy_file(source.subject, clean),
                                       doctor::versions_file(diagnosis.tool_version)};
    files.push_back(doctor::manifest_file(
        files, diagnosis, is_masked ? "user names, internal host names and private addresses are masked" : "none (--no-mask)"));
    return files;
}

core::Expected<void> write_bundle(const std::string& path, const std::vector<EvidenceFile>& files, const Context& context) {
    std::vector<core::ArchiveMember> members;
    for (const EvidenceFile& file : files) {
        if (file.status == Status::Collected) {
            members.push_back({"relaybench-doctor/" + file.name, file.text});
        }
    }
    const auto packed = core::tar_gz(members, context.clock.wall_now());
    if (!packed) {
        return tl::unexpected(packed.error());
    }
    if (auto written = core::write_file_atomically(path, *packed); !written) {
        return written;
    }
    list(path, *packed, files, context);
    return {};
}

}  // namespace relaybench::cli
