#pragma once

#include <string>

#include "result/diagnosis.h"

namespace relaybench::result {

/// The document that docs/doctor.schema.json describes, indented by two blanks, with a newline at its end. Deterministic: equal diagnoses
/// give equal bytes. Bytes that are no UTF-8 are replaced. Additive changes only within a schema_version.
[[nodiscard]] std::string to_json(const Diagnosis& diagnosis);

}  // namespace relaybench::result
