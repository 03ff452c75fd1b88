#include "scenario/prompts.h"

#include <doctest/doctest.h>

#include "scenario/dataset_json.h"

namespace relaybench::scenario {

TEST_CASE("data set: prompts and messages, with the scenario's settings where a line has none") {
    Prompts defaults;
    defaults.temperature = 0.25;
    const auto prompts = parse_dataset(
        "{\"prompt\":\"hi\",\"max_tokens\":7,\"id\":3}\r\n\n{\"messages\":[{\"role\":\"user\",\"content\":\"yo\"}],\"temperature\":1}",
        "d.jsonl", defaults);
    REQUIRE(prompts);
    REQUIRE(prompts->size() == 2);
    CHECK(prompts->at(0).text == "hi");
    CHECK(prompts->at(0).max_tokens == 7);
    CHECK(prompts->at(0).temperature == 0.25);
    CHECK(prompts->at(1).messages_json == R"([{"content":"yo","role":"user"}])");
    CHECK(prompts->at(1).max_tokens == 128);
    CHECK(prompts->at(1).temperature == 1.0);
}

TEST_CASE("data set: every bad line is told with its number") {
    const auto prompts = parse_dataset(
        "{\"prompt\":\"ok\"}\nnot json\n[1]\n{}\n{\"prompt\":\"\"}\n{\"prompt\":\"a\",\"messages\":[]}\n{\"messages\":{}}\n"
        "{\"prompt\":\"a\",\"max_tokens\":0}\n{\"prompt\":\"a\",\"temperature\":\"hot\"}\n" +
            std::string(40, '[') + std::string(40, ']') + "\n",
        "d.jsonl", Prompts{});
    REQUIRE_FALSE(prompts);
    CHECK(prompts.error().message ==
          "d.jsonl:2: not a JSON object, expected one such as {\"prompt\":\"…\"}\n"
          "d.jsonl:3: not a JSON object, expected one such as {\"prompt\":\"…\"}\n"
          "d.jsonl:4: neither prompt nor messages, expected one of them\n"
          "d.jsonl:5: prompt is no text, expected a string that is not empty\n"
          "d.jsonl:6: prompt contradicts messages, expected only one of them\n"
          "d.jsonl:7: messages is no list, expected a list such as [{\"role\":\"user\",\"content\":\"…\"}]\n"
          "d.jsonl:8: max_tokens is out of range, expected 1 to 1000000\n"
          "d.jsonl:9: temperature is out of range, expected 0 to 2\n"
          "d.jsonl:10: nested too deep, expected at most 32 levels");
}

TEST_CASE("data set: of many bad lines the first twenty are told and the rest counted") {
    std::string jsonl;
    for (int i = 0; i < 50; ++i) {
        jsonl += "x\n";
    }
    const auto prompts = parse_dataset(jsonl, "d", Prompts{});
    REQUIRE_FALSE(prompts);
    CHECK(prompts.error().message.ends_with("\nand 30 more"));
}

TEST_CASE("data set: without prompts, with too long a line or with broken text it is refused") {
    CHECK(parse_dataset("\n\n", "d", Prompts{}).error().message == "d: there is no prompt, expected a line such as {\"prompt\":\"…\"}");
    CHECK(parse_dataset("{\"prompt\":\"" + std::string(300'000, 'a') + "\"}", "d", Prompts{}).error().message ==
          "d:1: 300013 bytes are too long, expected at most 262144");
    CHECK_FALSE(parse_dataset("{\"prompt\":\"\xff\"}", "d", Prompts{}));
}

TEST_CASE("prompts: texts become prompts, the first of which holds a second of silence") {
    Prompts texts;
    texts.texts = {"a", "b"};
    const auto prompts = load_prompts(texts);
    REQUIRE(prompts);
    REQUIRE(prompts->size() == 2);
    CHECK(prompts->at(1).text == "b");
    CHECK(prompts->at(0).audio == silent_wav());
    CHECK(prompts->at(1).audio.empty());
    CHECK(silent_wav().size() == 44 + 32'000);
    CHECK(silent_wav().substr(0, 16) == std::string("RIFF\x24\x7d\0\0WAVEfmt ", 16));
}

TEST_CASE("prompts: a data set or audio that is not there is bad input") {
    Prompts prompts;
    prompts.dataset_file = "/nonexistent/a.jsonl";
    CHECK_FALSE(load_prompts(prompts));
    prompts.dataset_file.clear();
    prompts.audio_file = "/nonexistent/a.wav";
    CHECK_FALSE(load_prompts(prompts));
}

}  // namespace relaybench::scenario
