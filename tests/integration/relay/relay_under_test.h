#pragma once

#include <cstdint>
#include <string>
#include <thread>

#include "core/clock.h"
#include "relay/relay_options.h"

namespace relaybench::test {

/// The relay's own serve() in a thread of the test, stopped by its stop descriptor.
class RelayUnderTest {
  public:
    explicit RelayUnderTest(const std::string& profile, relay::RelayOptions options = {});
    RelayUnderTest(const RelayUnderTest&) = delete;
    RelayUnderTest& operator=(const RelayUnderTest&) = delete;
    ~RelayUnderTest();

    /// 0 when serve() failed; error() then says why.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::string& error() const { return error_; }
    void stop();

  private:
    core::SystemClock clock_;
    int stop_fd_ = -1;
    std::uint16_t port_ = 0;
    std::string error_;
    std::thread thread_;
};

}  // namespace relaybench::test
