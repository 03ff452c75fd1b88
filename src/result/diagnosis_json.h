#pragma once

#include <cstdint>
#include <string>

#include "result/diagnosis.h"

namespace relaybench::result {

/// The document that docs/doctor.schema.json describes, indented by two blanks, with a newline at its end. Deterministic: equal diagnoses
/// give equal bytes. Bytes that are no UTF-8 are replaced. Additive changes only within a schema_version.
[[nodiscard]] std::string to_json(const Diagnosis& diagnosis);

/// The same in lines, for those who read along: one a check (kind "check", with the fields that a check has in the document), then the
/// document without its checks (kind "summary"). Each is one line with a newline at its end.
[[nodiscard]] std::string check_line(const std::string& run_id, const CheckResult& check);
[[nodiscard]] std::string summary_line(const Diagnosis& diagnosis);

/// One round of a watch (kind "round"): the summary with the round's number from 1, and whether the verdict is another one than before.
enum class Change : std::uint8_t { No, Yes };
[[nodiscard]] std::string round_line(const Diagnosis& diagnosis, std::uint64_t round, Change change);

}  // namespace relaybench::result
