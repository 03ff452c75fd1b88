#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "doctor/evidence_files.h"
#include "doctor/examination.h"
#include "doctor/masking.h"
#include "result/diagnosis.h"

namespace relaybench::cli {

/// What a bundle is made of besides the report and the facts.
struct BundleSource {
    const doctor::Subject& subject;
    const std::vector<core::Secret>& secrets;
    using Names = doctor::Names;
    Names names = Names::Masked;
};

/// The names of people and machines that this machine's environment tells.
[[nodiscard]] doctor::PrivateNames private_names(const doctor::Subject& subject, const Context& context);

/// Every file of the bundle, the manifest last. Nothing in them is a secret, and with Names::Masked nothing names people or internal hosts.
[[nodiscard]] std::vector<doctor::EvidenceFile> bundle_files(const BundleSource& source, const doctor::Facts& facts,
                                                             result::Diagnosis diagnosis, const Context& context);

/// Packs and writes them, whole or not at all, and says on standard error what went in.
[[nodiscard]] core::Expected<void> write_bundle(const std::string& path, const std::vector<doctor::EvidenceFile>& files,
                                                const Context& context);

}  // namespace relaybench::cli
