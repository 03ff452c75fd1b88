#include "integration/relay/relay_under_test.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace relaybench::test {

RelayUnderTest::RelayUnderTest(const std::string& profile, relay::RelayOptions options) {
    std::array<int, 2> ready{};
    std::array<int, 2> stop{};
    if (pipe2(ready.data(), O_CLOEXEC) != 0 || pipe2(stop.data(), O_CLOEXEC) != 0) {
        return;
    }
    stop_fd_ = stop[1];
    options.profile = profile;
    options.ready_fd = ready[1];
    options.stop_fd = stop[0];
    thread_ = std::thread([this, options, ready_fd = ready[1], stop_fd = stop[0]] {
        if (const auto served = relay::serve(options, clock_); !served) {
            error_ = served.error().message;
            close(ready_fd);  // serve() closes it only once it is ready
        }
        close(stop_fd);
    });
    std::array<char, 128> line{};
    if (read(ready[0], line.data(), line.size() - 1) > 0) {
        port_ = static_cast<std::uint16_t>(std::strtoul(line.data() + std::string_view(R"({"port":)").size(), nullptr, 10));
    }
    close(ready[0]);
    if (port_ == 0) {
        this->stop();
    }
}

void RelayUnderTest::stop() {
    if (thread_.joinable()) {
        close(stop_fd_);
        thread_.join();
    }
}

RelayUnderTest::~RelayUnderTest() { stop(); }

}  // namespace relaybench::test
