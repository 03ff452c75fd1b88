// The yardstick: the least work with which N streams of the embedded relay can be read and timed truthfully. One thread, level-triggered
// epoll, one recvmsg with a kernel stamp for each event (over TLS: one SSL_read). bench/run compares relaybench with it. Prints one line of JSON.
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "raw/decoder.h"
#include "raw/options.h"
#include "raw/request.h"
#include "raw/socket.h"
#include "raw/stamps.h"
#include "raw/tally.h"

namespace relaybench::bench {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

struct Totals {
    ErrorTally first_token_error;
    ErrorTally gap_error;
    std::vector<std::uint64_t> chunks_of_second;
    std::uint64_t chunks = 0;
    std::uint64_t reads = 0;
    std::uint64_t kernel_stamped = 0;
    std::uint64_t broken = 0;
    std::uint64_t ended = 0;
};

/// One stream: its socket, its decoder, and of the last two reads with tokens the arrival and the last token's send stamp (a read's stamp is
/// that of its last segment).
class Stream final : public TokenSink {
  public:
    Stream(Socket socket, Wire wire, Totals& totals) : socket_(std::move(socket)), decoder_(wire), totals_(totals) {}

    [[nodiscard]] Socket& socket() { return socket_; }

    Decoder::Status take(std::string_view bytes, std::int64_t at_ns) {
        at_ns_ = at_ns;
        sent_ns_ = 0;
        const auto status = decoder_.feed(bytes, *this);
        if (sent_ns_ != 0) {
            close_read();
        }
        return status;
    }

    void on_token(std::int64_t send_stamp_ns) override {
        if (last_at_ns_ == 0 && sent_ns_ == 0) {
            totals_.first_token_error.record(at_ns_ - send_stamp_ns);
        }
        sent_ns_ = send_stamp_ns;
        ++totals_.chunks;
    }

  private:
    /// The read brought tokens: its distance from the one before, beside the relay's.
    void close_read() {
        if (last_at_ns_ != 0) {
            totals_.gap_error.record((at_ns_ - last_at_ns_) - (sent_ns_ - last_sent_ns_));
        }
        last_at_ns_ = at_ns_;
        last_sent_ns_ = sent_ns_;
    }

    Socket socket_;
    Decoder decoder_;
    Totals& totals_;
    std::int64_t at_ns_ = 0;
    std::int64_t sent_ns_ = 0;  // of the last token of this read; 0: none yet
    std::int64_t last_at_ns_ = 0;
    std::int64_t last_sent_ns_ = 0;
};

class Reader {
  public:
    explicit Reader(const Options& options)
        : options_(options),
          opening_(opening_bytes(options)),
          message_(first_message(options)),
          epoll_(epoll_create1(EPOLL_CLOEXEC)),
          tls_(options.tls ? make_tls_context() : nullptr) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { ::close(epoll_); }

    bool run() {
        started_ns_ = monotonic_ns();
        for (std::uint32_t i = 0; i < options_.streams; ++i) {
            if (!open_stream()) {
                return false;
            }
        }
        // Only now: hand-shakes block, and streams that run would wait for them.
        for (const auto& stream : streams_) {
            if (!stream->socket().write(opening_)) {
                return false;
            }
            serve(0);
        }
        const std::int64_t end = started_ns_ + options_.seconds * kNanosecondsPerSecond;
        while (monotonic_ns() < end) {
            constexpr int kLongestWaitMs = 10;
            serve(kLongestWaitMs);
        }
        return true;
    }

    [[nodiscard]] const Totals& totals() const { return totals_; }

  private:
    bool open_stream() {
        auto opened = Socket::connect(options_.port, tls_.get());
        if (!opened) {
            return false;
        }
        streams_.push_back(std::make_unique<Stream>(std::move(*opened), options_.wire, totals_));
        const Socket& socket = streams_.back()->socket();
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = streams_.back().get();
        epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.descriptor(), &event);
        return true;
    }

    void serve(int wait_ms) {
        const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), wait_ms);
        const std::uint64_t before = totals_.chunks;
        for (int i = 0; i < ready; ++i) {
            read(*static_cast<Stream*>(events_[static_cast<std::size_t>(i)].data.ptr));
        }
        enter_second(totals_.chunks - before);
    }

    /// Chunks by second of the run; the clocks' offset is renewed once in each.
    void enter_second(std::uint64_t chunks) {
        const auto second = static_cast<std::size_t>((monotonic_ns() - started_ns_) / kNanosecondsPerSecond);
        if (second >= totals_.chunks_of_second.size()) {
            totals_.chunks_of_second.resize(second + 1);
            clock_.renew();
        }
        totals_.chunks_of_second[second] += chunks;
    }

    void read(Stream& stream) {
        do {
            read_once(stream);
        } while (stream.socket().has_pending());
    }

    void read_once(Stream& stream) {
        const StampedRead got = stream.socket().read(buffer_, clock_);
        if (got.bytes <= 0) {
            if (got.bytes == 0 || errno != EAGAIN) {
                ++totals_.ended;
                stream.socket().close();
            }
            return;
        }
        ++totals_.reads;
        totals_.kernel_stamped += got.by_kernel ? 1 : 0;
        const auto status = stream.take({buffer_.data(), static_cast<std::size_t>(got.bytes)}, got.at_ns);
        if (status == Decoder::Status::Broken ||
            (status == Decoder::Status::HeadDone && !message_.empty() && !stream.socket().write(message_))) {
            ++totals_.broken;
            stream.socket().close();
        }
    }

    Options options_;
    std::string opening_;
    std::string message_;
    int epoll_;
    TlsContext tls_;
    ClockMap clock_;
    Totals totals_;
    std::vector<std::unique_ptr<Stream>> streams_;
    std::array<epoll_event, 256> events_{};
    std::array<char, 16384> buffer_{};
    std::int64_t started_ns_ = 0;
};

void prepare(const Options& options) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (options.cpu) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(*options.cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
}

double seconds(const timeval& time) {
    constexpr double kMicrosecondsPerSecond = 1e6;
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicrosecondsPerSecond;
}

void print(const Totals& totals) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    const auto per = [](double value, std::uint64_t count) { return count == 0 ? 0.0 : value / static_cast<double>(count); };
    std::string by_second;
    for (const std::uint64_t chunks : totals.chunks_of_second) {
        by_second += (by_second.empty() ? "" : ",") + std::to_string(chunks);
    }
    constexpr double kMicrosecondsPerSecond = 1e6;
    std::printf(
        "{\"chunks\":%llu,\"reads\":%llu,\"kernel_stamped\":%llu,\"broken\":%llu,\"ended\":%llu,\"chunks_per_read\":%.3f,"
        "\"whole_run_cpu_us_per_chunk\":%.3f,\"peak_rss_kib\":%ld,\"chunks_of_second\":[%s],\"stamp_error\":{\"ttft\":%s,\"gap\":%s}}\n",
        static_cast<unsigned long long>(totals.chunks), static_cast<unsigned long long>(totals.reads),
        static_cast<unsigned long long>(totals.kernel_stamped), static_cast<unsigned long long>(totals.broken),
        static_cast<unsigned long long>(totals.ended), per(static_cast<double>(totals.chunks), totals.reads),
        per(cpu_s * kMicrosecondsPerSecond, totals.chunks), usage.ru_maxrss, by_second.c_str(), totals.first_token_error.json().c_str(),
        totals.gap_error.json().c_str());
}

}  // namespace
}  // namespace relaybench::bench

int main(int argc, char** argv) {
    const auto options = relaybench::bench::parse_options(argc, argv);
    if (!options) {
        return 2;
    }
    relaybench::bench::prepare(*options);
    relaybench::bench::Reader reader(*options);
    const bool connected = reader.run();
    relaybench::bench::print(reader.totals());
    return connected && reader.totals().broken == 0 && reader.totals().chunks > 0 ? 0 : 1;
}
