// The yardstick: the least work with which N streams of the embedded relay can be read and timed truthfully. One thread, level-triggered
// epoll, one recvmsg with a kernel stamp for each event. bench/run compares relaybench with it. Prints one line of JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "raw/decoder.h"
#include "raw/options.h"
#include "raw/request.h"
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
    Stream(int socket, Wire wire, Totals& totals) : socket_(socket), decoder_(wire), totals_(totals) {}
    ~Stream() override { close(); }

    [[nodiscard]] int socket() const { return socket_; }

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

    void close() {
        if (socket_ >= 0) {
            ::close(socket_);
        }
        socket_ = -1;
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

    int socket_;
    Decoder decoder_;
    Totals& totals_;
    std::int64_t at_ns_ = 0;
    std::int64_t sent_ns_ = 0;  // of the last token of this read; 0: none yet
    std::int64_t last_at_ns_ = 0;
    std::int64_t last_sent_ns_ = 0;
};

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof generic);
    if (socket < 0 || ::connect(socket, &generic, sizeof generic) != 0) {
        std::perror("raw_reader: connect");
        return -1;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ask_for_stamps(socket);
    return socket;
}

class Reader {
  public:
    explicit Reader(const Options& options)
        : options_(options), opening_(opening_bytes(options)), message_(first_message(options)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { ::close(epoll_); }

    bool run() {
        started_ns_ = monotonic_ns();
        for (std::uint32_t i = 0; i < options_.streams; ++i) {
            if (!open_stream()) {
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
        const int socket = connect_to(options_.port);
        if (socket < 0) {
            return false;
        }
        streams_.push_back(std::make_unique<Stream>(socket, options_.wire, totals_));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = streams_.back().get();
        epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
        return write(socket, opening_);
    }

    static bool write(int socket, std::string_view bytes) {
        return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
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
        const StampedRead got = read_stamped(stream.socket(), buffer_, clock_);
        if (got.bytes <= 0) {
            if (got.bytes == 0 || errno != EAGAIN) {
                ++totals_.ended;
                stream.close();
            }
            return;
        }
        ++totals_.reads;
        totals_.kernel_stamped += got.by_kernel ? 1 : 0;
        const auto status = stream.take({buffer_.data(), static_cast<std::size_t>(got.bytes)}, got.at_ns);
        if (status == Decoder::Status::Broken ||
            (status == Decoder::Status::HeadDone && !message_.empty() && !write(stream.socket(), message_))) {
            ++totals_.broken;
            stream.close();
        }
    }

    Options options_;
    std::string opening_;
    std::string message_;
    int epoll_;
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
