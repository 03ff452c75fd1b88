#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "wire/request.h"

namespace relaybench::wire {

/// Request headers in the making: names are unique, whatever their case; the last value given wins and keeps the first one's place.
class HeaderSet {
  public:
    void set(std::string_view name, std::string_view value);

    [[nodiscard]] std::vector<Header> take() && { return std::move(headers_); }

  private:
    std::vector<Header> headers_;
};

/// Refuses what could break a request apart or what the transport writes itself (Host, Content-Length, …). The error names the header,
/// never its value, which may be a key.
[[nodiscard]] core::Expected<void> check_header(const Header& header);

/// RFC 9110 §5.6.2: the characters of header names and sub-protocols; empty is none.
[[nodiscard]] bool is_token(std::string_view text);

}  // namespace relaybench::wire
