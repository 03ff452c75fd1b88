#include "stream/outcome.h"

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string_view>

#include "stream/transport.h"

namespace stream = relaybench::stream;
using stream::Outcome;

TEST_CASE("outcome: every outcome has its own id and is found by it again") {
    std::set<std::string_view> ids;
    for (const Outcome outcome : stream::all_outcomes()) {
        ids.insert(stream::outcome_id(outcome));
        CHECK(stream::outcome_by_id(stream::outcome_id(outcome)) == outcome);
    }
    CHECK(ids.size() == stream::kOutcomeCount);
}

TEST_CASE("outcome: the list is in the order of the enumeration, so that arrays by outcome can be indexed") {
    for (std::size_t i = 0; i < stream::kOutcomeCount; ++i)
        CHECK(static_cast<std::size_t>(stream::all_outcomes()[i]) == i);
}

TEST_CASE("outcome: the ids are the words of the documentation") {
    CHECK(stream::outcome_id(Outcome::Complete) == "complete");
    CHECK(stream::outcome_id(Outcome::TimeoutFirstToken) == "timeout_first_token");
    CHECK(stream::outcome_id(Outcome::ErrorInStream) == "error_in_stream");
    CHECK(stream::outcome_id(Outcome::Truncated) == "truncated");
}

TEST_CASE("outcome: an unknown id is absent, not a default") {
    CHECK_FALSE(stream::outcome_by_id("completed").has_value());
    CHECK_FALSE(stream::outcome_by_id("").has_value());
}

TEST_CASE("outcome: errors are everything but complete and cancelled") {
    std::size_t errors = 0;
    for (const Outcome outcome : stream::all_outcomes())
        errors += stream::is_error(outcome) ? 1 : 0;
    CHECK(errors == stream::kOutcomeCount - 2);
    CHECK_FALSE(stream::is_error(Outcome::Complete));
    CHECK_FALSE(stream::is_error(Outcome::Cancelled));
}

TEST_CASE("transport: end kinds have distinct ids") {
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(stream::EndKind::LocalLimit); ++i)
        ids.insert(stream::end_kind_id(static_cast<stream::EndKind>(i)));
    CHECK(ids.size() == static_cast<std::size_t>(stream::EndKind::LocalLimit) + 1);
    CHECK(stream::end_kind_id(stream::EndKind::CutWithoutClose) == "cut_without_close");
}

TEST_CASE("response head: the first value of a repeated header counts, and an absent one is empty") {
    stream::ResponseHead head;
    head.headers = {{"retry-after", "3"}, {"x", "1"}, {"retry-after", "9"}};
    CHECK(head.header("retry-after") == "3");
    CHECK(head.header("date").empty());
}
