#include "load/deal.h"

#include <array>
#include <set>
#include <vector>

#include <doctest/doctest.h>

namespace relaybench::load {

TEST_CASE("deal: every block of arrivals gives each arm exactly one") {
    for (const std::uint32_t arms : {1U, 2U, 3U, 7U}) {
        ArmDealer dealer(arms, 99);
        for (std::uint64_t block = 0; block < 500; ++block) {
            std::set<std::uint32_t> seen;
            for (std::uint32_t i = 0; i < arms; ++i) {
                seen.insert(dealer.arm_of(block * arms + i));
            }
            REQUIRE(seen.size() == arms);
            REQUIRE(*seen.rbegin() == arms - 1);
        }
    }
}

TEST_CASE("deal: the arm of an arrival does not depend on which were asked for before, so workers agree") {
    ArmDealer in_order(5, 3);
    ArmDealer every_third(5, 3);
    std::vector<std::uint32_t> arms;
    for (std::uint64_t arrival = 0; arrival < 300; ++arrival) {
        arms.push_back(in_order.arm_of(arrival));
    }
    for (std::uint64_t arrival = 299; arrival >= 3; arrival -= 3) {
        CHECK(every_third.arm_of(arrival) == arms[arrival]);
    }
}

TEST_CASE("deal: each order of three arms is as likely as any other") {
    std::array<int, 27> orders{};
    ArmDealer dealer(3, 12345);
    constexpr int kBlocks = 60'000;
    for (std::uint64_t block = 0; block < kBlocks; ++block) {
        ++orders.at(dealer.arm_of(3 * block) * 9 + dealer.arm_of(3 * block + 1) * 3 + dealer.arm_of(3 * block + 2));
    }
    double chi_squared = 0;
    int kinds = 0;
    for (const int count : orders) {
        if (count > 0) {
            ++kinds;
            chi_squared += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
        }
    }
    CHECK(kinds == 6);
    CHECK(chi_squared < 20.5);  // 0.1 % of χ² with 5 degrees of freedom
}

TEST_CASE("deal: another seed deals otherwise") {
    ArmDealer one(4, 1);
    ArmDealer two(4, 2);
    bool differs = false;
    for (std::uint64_t arrival = 0; arrival < 100; ++arrival) {
        differs = differs || one.arm_of(arrival) != two.arm_of(arrival);
    }
    CHECK(differs);
}

TEST_CASE("deal: shares of a closed loop add up exactly for any number of workers, and are even") {
    for (std::uint32_t arms = 1; arms <= 4; ++arms) {
        for (std::uint32_t workers = 1; workers <= 9; ++workers) {
            for (const std::uint64_t streams : {4U, 5U, 7U, 50U, 1001U}) {
                for (const std::uint64_t count : {1U, 3U, 100U, 12'345U}) {
                    const auto shares = share_closed_loop(streams, count, arms, workers);
                    for (std::uint32_t arm = 0; arm < arms; ++arm) {
                        std::uint64_t slots = 0;
                        std::uint64_t counted = 0;
                        for (const auto& worker : shares) {
                            slots += worker[arm].slots;
                            counted += worker[arm].count;
                            REQUIRE((worker[arm].count == 0 || worker[arm].slots > 0));
                        }
                        REQUIRE(counted == count);
                        REQUIRE(slots == streams);
                    }
                }
            }
        }
    }
}

TEST_CASE("deal: remainders of several arms do not all fall on the first worker") {
    const auto shares = share_closed_loop(1, 10, 2, 2);
    CHECK(shares[0][0].slots == 1);
    CHECK(shares[0][1].slots == 0);
    CHECK(shares[1][0].slots == 0);
    CHECK(shares[1][1].slots == 1);
}

TEST_CASE("deal: arrivals go to the workers in turn") {
    CHECK(worker_of(0, 3) == 0);
    CHECK(worker_of(5, 3) == 2);
    CHECK(worker_of(~std::uint64_t{0}, 1) == 0);
}

}  // namespace relaybench::load
