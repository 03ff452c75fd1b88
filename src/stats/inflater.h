#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <zlib.h>

namespace relaybench::stats {

/// One zlib stream, taken piece by piece so that what it promises can be checked before more memory is given to it.
class Inflater {
  public:
    explicit Inflater(std::string_view compressed);
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater();

    /// The next `count` bytes; fewer when the stream ends or is broken.
    [[nodiscard]] std::string take(std::size_t count);
    /// Nothing is left, and the check sum was right.
    [[nodiscard]] bool ends();

  private:
    std::string input_;
    z_stream stream_{};
    bool usable_ = false;
    int status_ = Z_OK;
};

}  // namespace relaybench::stats
