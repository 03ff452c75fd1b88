#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

namespace relaybench::result {

/// Takes a stream apart into lines without ever holding more than one. A line above `max_bytes` is given without its end, as `is_whole` says.
class LineSource {
  public:
    LineSource(std::istream& stream, std::size_t max_bytes) : stream_(stream), max_bytes_(max_bytes) {}

    /// Moves to the next line; false at the end.
    bool next();
    /// Without its newline.
    [[nodiscard]] std::string_view line() const { return line_; }
    /// It ended with a newline and is here to its end.
    [[nodiscard]] bool is_whole() const { return is_whole_; }
    /// From 1.
    [[nodiscard]] std::size_t number() const { return number_; }

  private:
    std::istream& stream_;
    std::size_t max_bytes_;
    std::string line_;
    bool is_whole_ = false;
    std::size_t number_ = 0;
};

}  // namespace relaybench::result
