#include "scenario/limits.h"
#include "scenario/scenario_fields.h"

namespace relaybench::scenario {

namespace {

constexpr std::string_view kForms = "text, a list of texts, {dataset: FILE} or {audio: FILE}";

const TextCodec& prompt_codec() {
    static const TextCodec kCodec{.max_bytes = kMaxPromptBytes};
    return kCodec;
}

const Table<Prompts>& file_table() {
    static const Table<Prompts> kTable{
        .fields = {scalar<Prompts>("dataset", "JSONL file; each line an object with prompt (text) or messages, optionally max_tokens.",
                                   &Prompts::dataset_file, TextCodec{}),
                   scalar<Prompts>("audio", "Audio file for stream-ws-audio; without it one second of silence is sent.",
                                   &Prompts::audio_file, TextCodec{})},
        .exclusive = {{{"dataset", "audio"}, Exclusive::Need::ExactlyOne, "dataset for text, audio for stream-ws-audio"}}};
    return kTable;
}

void read_text(Prompts& prompts, const Node& node, Inspection& inspection) {
    if (auto text = prompt_codec().read(node)) {
        prompts.texts.push_back(*std::move(text));
    } else {
        inspection.problem(std::move(text.error()));
    }
}

void read_prompts(Prompts& prompts, const Node& node, Inspection& inspection) {
    prompts.texts.clear();
    if (node.kind == Node::Kind::Map) {
        return read_map(prompts, node, file_table(), inspection);
    }
    if (node.kind == Node::Kind::Scalar) {
        return read_text(prompts, node, inspection);
    }
    read_list(node, kForms, inspection, [&](const Node& item) { read_text(prompts, item, inspection); });
}

void check_prompts(const Prompts& prompts, Inspection& inspection) {
    const bool from_file = !prompts.dataset_file.empty() || !prompts.audio_file.empty();
    if (prompts.texts.empty() && !from_file) {
        return inspection.problem(fmt::format("there is no prompt, expected {}", kForms));
    }
    if (prompts.texts.size() > kMostPrompts) {
        inspection.problem(fmt::format("{} prompts are too many, expected at most {} (use a dataset)", prompts.texts.size(), kMostPrompts));
    }
    for (std::size_t i = 0; i < prompts.texts.size(); ++i) {
        const Inspection::Step step = inspection.into(i);
        if (core::trimmed(prompts.texts[i]).empty()) {
            inspection.problem("the prompt is empty, expected text");
        } else if (auto problem = prompt_codec().check(prompts.texts[i])) {
            inspection.problem(std::move(*problem));
        }
    }
}

}  // namespace

Field<Scenario> prompts_field() {
    const ValueShape text = prompt_codec().shape();
    const ValueShape list{.kind = ValueShape::Kind::List, .parts = {text}};
    Field<Scenario> field;
    field.shape = {.name = "prompts",
                   .doc = "What is asked, in turn: text, a list of texts, a data set, or an audio file.",
                   .value = {.kind = ValueShape::Kind::AnyOf, .parts = {text, list, map_shape(file_table())}},
                   .default_text = Prompts{}.texts.front()};
    field.read = [](Scenario& scenario, const Node& node, Inspection& inspection) { read_prompts(scenario.prompts, node, inspection); };
    field.check = [](const Scenario& scenario, Inspection& inspection) { check_prompts(scenario.prompts, inspection); };
    return field;
}

}  // namespace relaybench::scenario
