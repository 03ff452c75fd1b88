#include "doctor/facts.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace test = relaybench::test;

TEST_CASE("facts: a relay's paths begin with the whole base URL, without the endpoint") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"https://h/v1", "/v1"},
        {"https://h/v1/", "/v1"},
        {"https://h//v1", "/v1"},
        {"https://h/v1/chat/completions", "/v1"},
        {"https://h/relay/v1", "/relay/v1"},
        {"https://h/relay/v1/chat/completions?model=m", "/relay/v1"},
        {"https://h/api/v3", "/api/v3"},
        {"https://h/v1beta/openai", "/v1beta/openai"},
        {"https://h/v1/relay", "/v1/relay"},
        {"https://h", "/v1"},
        {"https://h/openai", "/openai"},
        {"wss://h/v1/stream", "/v1"},
        {"wss://h/v1/ws/stream", "/v1"},
        {"wss://h/relay/v1/my/socket", "/relay/v1"},
        {"wss://h/v1/chat/completions?model=m", "/v1"},
    };
    for (const auto& [url, prefix] : cases) {
        const std::string shown(url);
        CAPTURE(shown);
        CHECK(doctor::first_facts(test::subject_with_url(url)).prefix == prefix);
    }
}
