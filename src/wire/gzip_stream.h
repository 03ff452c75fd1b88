#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace relaybench::wire {

/// `Content-Encoding: gzip`, written piece by piece.
class GzipWriter {
  public:
    /// WhenFull keeps what it was given until enough has gathered: what a server does that forgets to flush.
    enum class Flush : std::uint8_t { Always, WhenFull };

    explicit GzipWriter(Flush flush);
    /// Appends what comes out now, which may be nothing.
    void write(std::string_view bytes, std::string& into);
    /// Appends the rest. Nothing may be written afterwards.
    void finish(std::string& into);

  private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };
    void run(std::string_view bytes, int flush, std::string& into);

    std::unique_ptr<z_stream_s, End> stream_;
    Flush flush_;
};

/// The same read back, as the pieces come.
class GzipReader {
  public:
    GzipReader();
    /// Appends what can be read so far; false when the bytes are no gzip or `into` would grow beyond `most_bytes`.
    [[nodiscard]] bool read(std::string_view bytes, std::size_t most_bytes, std::string& into);

  private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };
    std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace relaybench::wire
