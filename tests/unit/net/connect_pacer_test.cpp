#include "net/connect_pacer.h"

#include <doctest/doctest.h>

namespace relaybench::net {
namespace {

/// The limit after a thousand rounds with more to connect than may: each round finishes what is in flight, but at most `together`.
std::size_t limit_when_finishing(std::size_t together) {
    ConnectPacer pacer(256);
    std::size_t in_flight = 0;
    for (int round = 0; round < 1000; ++round) {
        for (; pacer.admits(true); ++in_flight) {
            pacer.begin(true);
        }
        for (std::size_t i = 0; i < together && in_flight > 0; ++i, --in_flight) {
            pacer.finished_tls();
            pacer.end(true);
        }
        pacer.end_round();
    }
    return pacer.tls_limit();
}

TEST_CASE("connect pacer: plain connects are bounded by the given number alone") {
    ConnectPacer pacer(3);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(pacer.admits(false));
        pacer.begin(false);
    }
    CHECK_FALSE(pacer.admits(false));
    CHECK_FALSE(pacer.admits(true));
    pacer.end(false);
    CHECK(pacer.admits(true));
}

TEST_CASE("connect pacer: hand-shakes of a near peer, which finish together, stay few") {
    CHECK(limit_when_finishing(256) <= 2 * ConnectPacer::kTlsPerRound);
    CHECK(limit_when_finishing(256) >= ConnectPacer::kTlsPerRound);
}

TEST_CASE("connect pacer: hand-shakes of a far peer, which finish apart, become many") { CHECK(limit_when_finishing(3) == 256); }

TEST_CASE("connect pacer: the limit does not grow while nobody is held back") {
    ConnectPacer pacer(256);
    const std::size_t before = pacer.tls_limit();
    for (int round = 0; round < 1000; ++round) {
        pacer.begin(true);
        pacer.finished_tls();
        pacer.end(true);
        pacer.end_round();
    }
    CHECK(pacer.tls_limit() == before);
}

TEST_CASE("connect pacer: a limit above what may connect at all is never used") {
    ConnectPacer pacer(4);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(pacer.admits(true));
        pacer.begin(true);
    }
    CHECK_FALSE(pacer.admits(true));
}

}  // namespace
}  // namespace relaybench::net
