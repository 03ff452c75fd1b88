#include <doctest/doctest.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "integration/net/raw_server.h"
#include "integration/net/recorder.h"

namespace relaybench::testing {
namespace {

using Slots = std::vector<std::uint32_t>;

constexpr std::uint32_t kStreams = 4;

stream::StreamId id_of(std::uint32_t slot) { return {.slot = slot, .generation = 1}; }

/// Streams of one client whose bodies the test itself writes, so that it knows what lies in which socket.
class HeldStreams {
  public:
    HeldStreams() {
        client_.after_body = [this](stream::StreamId id) { read_.push_back(id.slot); };
        for (std::uint32_t slot = 0; slot < kStreams; ++slot) {
            requests_.push_back(chat_request(std::to_string(slot)));
        }
        for (std::uint32_t slot = 0; slot < kStreams; ++slot) {
            client_.transport->open(id_of(slot), target_, requests_[slot], wire::ConnectionUse::Fresh);
        }
        REQUIRE(client_.run_until([this] { return heads() == kStreams; }));
    }
    HeldStreams(const HeldStreams&) = delete;
    HeldStreams& operator=(const HeldStreams&) = delete;
    ~HeldStreams() { client_.transport.reset(); }

    void write_to(const Slots& slots) {
        for (const auto slot : slots) {
            const std::lock_guard mine(turn());
            connections_.at(slot)->write(chunk("data: x\n\n"));
        }
    }
    /// The slots whose bytes are reported, in this order, until there are as many as were written.
    Slots read(std::size_t count) {
        read_.clear();
        REQUIRE(client_.run_until([&] { return read_.size() >= count; }));
        return read_;
    }
    void first_token_read(std::uint32_t slot) { client_.transport->first_token_read(id_of(slot)); }

  private:
    void serve(RawConnection& connection) {
        const std::string request = connection.read_request();
        if (!request.empty()) {
            connections_[static_cast<std::uint32_t>(request.back() - '0')] = &connection;
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.await_end();
        }
    }
    [[nodiscard]] std::size_t heads() const {
        std::size_t count = 0;
        for (const auto& [slot, seen] : client_.streams) {
            count += seen.head.status != 0 ? 1U : 0U;
        }
        return count;
    }

    std::map<std::uint32_t, RawConnection*> connections_;
    RawServer server_{[this](RawConnection& connection) { serve(connection); }};
    stream::Target target_ = target_at(server_.port());
    std::vector<wire::Request> requests_;
    Slots read_;
    Client client_;
};

TEST_CASE("client: streams that wait for their first token are read before those that have it") {
    HeldStreams streams;
    streams.write_to({0, 1});
    CHECK(streams.read(2) == Slots{0, 1});
    streams.first_token_read(0);
    streams.first_token_read(1);
    streams.write_to({0, 2, 1, 3});
    CHECK(streams.read(4) == Slots{2, 3, 0, 1});
}

TEST_CASE("client: without a first token among them, streams are read in the order of their bytes") {
    HeldStreams streams;
    streams.write_to({3, 0, 2, 1});
    CHECK(streams.read(4) == Slots{3, 0, 2, 1});
    for (std::uint32_t slot = 0; slot < kStreams; ++slot) {
        streams.first_token_read(slot);
    }
    streams.write_to({2, 3, 1, 0});
    CHECK(streams.read(4) == Slots{2, 3, 1, 0});
}

TEST_CASE("client: to hear twice of a first token changes nothing") {
    HeldStreams streams;
    streams.first_token_read(0);
    streams.first_token_read(0);
    streams.write_to({0, 1});
    CHECK(streams.read(2) == Slots{1, 0});
}

}  // namespace
}  // namespace relaybench::testing
