#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace relaybench::core {

/// Who must act on an error; the command line turns it into the exit code.
enum class ErrorKind {
    BadInput,  ///< the user's flags, files or environment (exit 2, nothing was sent)
    Failure,   ///< relaybench or its machine: disk full, no memory, a library that refuses (exit 1)
};

/// One line for the operator: names the value, the place, and what would be accepted.
struct Error {
    ErrorKind kind = ErrorKind::Failure;
    std::string message;
};

template <class T>
using Expected = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> bad_input(std::string message) {
    return tl::unexpected<Error>(Error{ErrorKind::BadInput, std::move(message)});
}

[[nodiscard]] inline tl::unexpected<Error> failure(std::string message) {
    return tl::unexpected<Error>(Error{ErrorKind::Failure, std::move(message)});
}

}  // namespace relaybench::core
