#include "wire/key_format.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "wire/key_provider.h"
#include "wire/models.h"

namespace wire = relaybench::wire;

namespace {

const std::string kGood = "hs_live_0123456789abcdefABCDEF0123456789";

std::vector<std::string> problems(std::string_view key) {
    std::vector<std::string> codes;
    for (const wire::KeyProblem& problem : wire::inspect_key(key, wire::guide_key_patterns())) {
        codes.push_back(problem.code);
        CHECK_FALSE(problem.text.empty());
    }
    return codes;
}

std::string text_of(std::string_view key, std::string_view code) {
    for (const wire::KeyProblem& problem : wire::inspect_key(key, wire::guide_key_patterns())) {
        if (problem.code == code) {
            return problem.text;
        }
    }
    return "(no such problem)";
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("key: the formats of all three guides are fine") {
    for (const std::string& key : {kGood, std::string("hs_test_0123456789abcdefABCDEF0123456789"), std::string("hs_live_0123456789abcdef"),
                                   std::string("HS-a1b2c3d4-e5f6-a7b8")}) {
        CAPTURE(key);
        CHECK(wire::matches_any(key, wire::guide_key_patterns()));
        CHECK(problems(key).empty());
    }
}

TEST_CASE("key: near misses match nothing") {
    for (const char* const key :
         {"hs_live_short", "hs_prod_0123456789abcdefABCDEF0123456789", "hs_live_0123456789abcdef!", "HS-a1b2c3d4-e5f6", ""}) {
        CAPTURE(key);
        CHECK_FALSE(wire::matches_any(key, wire::guide_key_patterns()));
    }
    CHECK(problems("hs_live_short") == Codes{"unknown_format"});
}

TEST_CASE("key: an empty one is only empty") {
    CHECK(problems("") == Codes{"empty"});
    CHECK(problems(" \n") == Codes{"empty"});
}

TEST_CASE("key: blanks around a good key are named as such") {
    CHECK(problems(kGood + "\n") == Codes{"whitespace"});
    CHECK(problems(" " + kGood) == Codes{"whitespace"});
    CHECK(text_of(kGood + "\r\n", "whitespace").find("before or after") != std::string::npos);
    CHECK(text_of("hs_live_01 23", "whitespace").find("inside") != std::string::npos);
}

TEST_CASE("key: placeholders and unset variables are no keys") {
    for (const char* const key :
         {"YOUR_HOLYSHEEP_API_KEY", "your-api-key-here", "<api key>", "${RELAY_KEY}", "$RELAY_KEY", "%RELAY_KEY%", "{{ key }}",
          "HS-xxxxxxxx-xxxx-xxxx", "sk-...", "hs_live_xxxxxxxxxxxxxxxx", "None", "null", "undefined", "changeme"}) {
        CAPTURE(key);
        const Codes codes = problems(key);
        CHECK(std::ranges::find(codes, "placeholder") != codes.end());
        CHECK(std::ranges::find(codes, "unknown_format") == codes.end());
        CHECK(std::ranges::find(codes, "other_provider") == codes.end());
    }
}

TEST_CASE("key: quotation marks, Bearer, assignments and URLs are found") {
    CHECK(problems("\"" + kGood + "\"") == Codes{"quoted"});
    CHECK(problems("'" + kGood + "'") == Codes{"quoted"});
    CHECK(problems("Bearer " + kGood) == Codes{"whitespace", "bearer_inside"});
    CHECK(problems("bearer" + kGood) == Codes{"bearer_inside"});
    CHECK(problems("RELAY_TOKEN=" + kGood) == Codes{"assignment"});
    CHECK(problems("export RELAY_TOKEN=" + kGood) == Codes{"whitespace", "assignment"});
    CHECK(problems("https://relay.example/v1") == Codes{"url"});
}

TEST_CASE("key: characters outside ASCII are found, the invisible ones too") {
    CHECK(problems("\xEF\xBB\xBF" + kGood).front() == "non_ascii");
    CHECK(problems(kGood + "\xE2\x80\x8B").front() == "non_ascii");
    CHECK(problems("\x01" + kGood).front() == "non_ascii");
}

TEST_CASE("key: another provider's key is told by its longest prefix") {
    struct Row {
        const char* key;
        const char* provider;
    };
    for (const Row& row : {
             Row{"sk-proj-abcdefghijklmnop", "an OpenAI project key"},
             Row{"sk-ant-api03-abcdefghijklmnop", "an Anthropic API key"},
             Row{"sk-ant-something", "an Anthropic key"},
             Row{"sk-or-v1-0123456789abcdef", "an OpenRouter key"},
             Row{"sk-0123456789abcdef0123456789abcdef", "a key of OpenAI, DeepSeek, LiteLLM or a one-api relay"},
             Row{"AIzaSyA0123456789", "a Google API key"},
             Row{"AQ.Ab0123456789", "a Google API key"},
             Row{"gsk_0123456789", "a Groq key"},
             Row{"xai-0123456789", "an xAI key"},
             Row{"hf_abcdefgh", "a Hugging Face token"},
             Row{"nvapi-0123", "an NVIDIA key"},
             Row{"pplx-0123", "a Perplexity key"},
             Row{"eyJhbGciOiJIUzI1NiJ9.e30.x", "a JSON Web Token"},
         }) {
        CAPTURE(row.key);
        CHECK(problems(row.key) == Codes{"other_provider"});
        CHECK(text_of(row.key, "other_provider").find(row.provider) != std::string::npos);
    }
    CHECK(text_of("sk-ant-admin01-abc", "other_provider").find("no model endpoint") != std::string::npos);
    CHECK_FALSE(wire::provider_by_prefix("hs_live_0123"));
}

TEST_CASE("key: no sentence about a key holds any of it") {
    for (const char* const key : {"sk-proj-abcdefghijklmnop", "Bearer qwertzuiop", "NAME=qwertzuiop", "'qwertzuiop'", "qwertzuiop"}) {
        for (const wire::KeyProblem& problem : wire::inspect_key(key, wire::guide_key_patterns())) {
            CHECK(problem.text.find("qwertz") == std::string::npos);
            CHECK(problem.text.find("abcdef") == std::string::npos);
        }
    }
}

TEST_CASE("key: without patterns any form goes, and a pattern that is no expression matches nothing") {
    CHECK(wire::inspect_key("whatever-0123", {}).empty());
    CHECK_FALSE(wire::matches_any("(", {{"broken", "(", "test"}}));
    CHECK(wire::matches_any("abc", {{"broken", "(", "test"}, {"good", "[a-c]+", "test"}}));
}

TEST_CASE("key: a text too long for a key is answered, not recursed into") {
    CHECK_FALSE(wire::matches_any(std::string(1 << 20, 'a'), {{"any", ".*", "test"}}));
    CHECK(problems("hs_live_" + std::string(1 << 20, 'a')) == Codes{"unknown_format"});
}

TEST_CASE("models: the deprecated names are not among the listed ones") {
    CHECK(wire::guide_models().size() == 12);
    for (const std::string_view name : wire::deprecated_models()) {
        CHECK(std::ranges::find(wire::guide_models(), name) == wire::guide_models().end());
    }
}
