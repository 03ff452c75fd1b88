#include "relay/profile_fields.h"

#include <limits>

#include <fmt/format.h>

#include "core/units.h"
#include "scenario/codec.h"

namespace relaybench::relay {
namespace {

using scenario::ChoiceCodec;
using scenario::CountCodec;
using scenario::DurationCodec;
using scenario::Field;
using scenario::Inspection;
using scenario::Node;
using scenario::Read;
using scenario::scalar;
using scenario::Table;
using scenario::TextCodec;
using scenario::ValueShape;

constexpr core::Duration kNone{0};
constexpr core::Duration kLongest = std::chrono::hours(24);
constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kLowestSentCode = 1000;
constexpr std::uint64_t kHighestCode = 4999;

template <class Spread, auto Parse>
struct SpreadCodec {
    using Value = Spread;
    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Text}; }
    [[nodiscard]] Read<Value> read(const Node& node) const {
        auto parsed = Parse(node.kind == Node::Kind::Scalar ? std::string_view(node.text) : std::string_view{});
        if (!parsed) {
            return tl::unexpected(std::move(parsed).error().message);
        }
        return *parsed;
    }
    [[nodiscard]] std::optional<std::string> check(const Value& /*value*/) const { return std::nullopt; }
    [[nodiscard]] std::string text(const Value& value) const { return spread_text(value); }
};
using Times = SpreadCodec<DurationSpread, parse_duration_spread>;
using Counts = SpreadCodec<CountSpread, parse_count_spread>;

struct RatioCodec {
    using Value = double;
    [[nodiscard]] ValueShape shape() const { return {.kind = ValueShape::Kind::Text}; }
    [[nodiscard]] Read<Value> read(const Node& node) const {
        auto parsed = core::parse_ratio(node.kind == Node::Kind::Scalar ? std::string_view(node.text) : std::string_view{});
        if (!parsed) {
            return tl::unexpected(fmt::format("found {}, expected a share such as 5% or 0.05", scenario::shown(node)));
        }
        return *parsed;
    }
    [[nodiscard]] std::optional<std::string> check(Value /*value*/) const { return std::nullopt; }
    [[nodiscard]] std::string text(Value value) const { return fmt::format("{}", value); }
};

DurationCodec any_duration() { return {{kNone, kLongest}}; }

ChoiceCodec<FaultId> fault_codec() {
    ChoiceCodec<FaultId> codec;
    for (const FaultInfo& fault : fault_catalogue()) {
        codec.words.emplace_back(fault.name, fault.id);
    }
    return codec;
}

ChoiceCodec<ErrorShape> shape_codec() {
    return {{{"openai", ErrorShape::OpenAi},
             {"vllm", ErrorShape::Vllm},
             {"flat", ErrorShape::Flat},
             {"openrouter", ErrorShape::OpenRouter},
             {"text", ErrorShape::Text}}};
}

Field<Profile> timing_field() { return scenario::group<Profile>("timing", "When chunks leave.", &Profile::timing, timing_table()); }

/// A map of model names; what a model's timing does not name is the profile's, so this field stands after `timing`.
Field<Profile> models_field() {
    Field<Profile> field;
    field.shape = {.name = "models", .doc = "Timing of single models, by name.", .value = {.kind = ValueShape::Kind::TextMap}};
    field.read = [](Profile& profile, const Node& node, Inspection& inspection) {
        if (node.kind != Node::Kind::Map) {
            inspection.problem(fmt::format("found {}, expected a map of model names", scenario::shown(node)));
            return;
        }
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const Inspection::Step step = inspection.into(node.keys[i].text, node.keys[i].mark);
            ModelTiming& entry = profile.models.emplace_back(ModelTiming{node.keys[i].text, profile.timing});
            scenario::read_map(entry.timing, node.items[i], timing_table(), inspection);
        }
    };
    return field;
}

Field<Profile> faults_field() {
    Field<Profile> field;
    field.shape = {.name = "faults",
                   .doc = "What goes wrong, and when; of several that strike one stream the first counts.",
                   .value = {.kind = ValueShape::Kind::List, .parts = {scenario::map_shape(fault_table())}}};
    field.read = [](Profile& profile, const Node& node, Inspection& inspection) {
        scenario::read_list(node, "a list of faults such as {id: rst-mid-stream, probability: 5%}", inspection, [&](const Node& item) {
            Fault& fault = profile.faults.emplace_back();
            scenario::read_map(fault, item, fault_table(), inspection);
            if (item.kind == Node::Kind::Map && scenario::member(item, "id").value == nullptr) {
                inspection.problem("id", "missing, expected in every fault");
            }
            if (fault.probability <= 0 && fault.every == 0) {
                inspection.problem("never strikes, expected a probability or every");
            }
        });
    };
    return field;
}

Table<Timing> make_timing_table() {
    return {.fields = {scalar<Timing>("first_token", "Request received whole to first token.", &Timing::first_token, Times{}),
                       scalar<Timing>("gap", "Between chunks.", &Timing::gap, Times{}),
                       scalar<Timing>("tokens", "Tokens of a stream; max_tokens of the request caps them.", &Timing::tokens, Counts{}),
                       scalar<Timing>("tokens_per_chunk", "Tokens in one chunk.", &Timing::tokens_per_chunk, Counts{}),
                       scalar<Timing>("start_phase", "Added to the first token, uniform from 0, so that streams do not march in step.",
                                      &Timing::start_phase, any_duration()),
                       scalar<Timing>("stall_probability", "Share of gaps that stall.", &Timing::stall_probability, RatioCodec{}),
                       scalar<Timing>("stall", "Added to a gap that stalls.", &Timing::stall, Times{}),
                       scalar<Timing>("burst_hold", "A buffering proxy: chunks are held for so long, then leave at once.",
                                      &Timing::burst_hold, any_duration()),
                       scalar<Timing>("burst_chunks", "The same by number of chunks.", &Timing::burst_chunks, CountCodec{{0, kMost}})},
            .exclusive = {}};
}

Table<Fault> make_fault_table() {
    return {.fields = {scalar<Fault>("id", "Which fault.", &Fault::id, fault_codec()),
                       scalar<Fault>("probability", "Share of connections or streams that it strikes.", &Fault::probability, RatioCodec{}),
                       scalar<Fault>("every", "Strikes every Nth connection or stream; 0: not by number.", &Fault::every,
                                     CountCodec{{0, kMost}}),
                       scalar<Fault>("after_tokens", "Faults in mid-stream: tokens before it.", &Fault::after_tokens, Counts{}),
                       scalar<Fault>("delay", "slow-accept, idle-cut: how long; rate-limited: Retry-After.", &Fault::delay, any_duration()),
                       scalar<Fault>("close_code", "close-code, bad-key-close: code of the close frame.", &Fault::close_code,
                                     CountCodec{{kLowestSentCode, kHighestCode}}),
                       scalar<Fault>("shape", "error-event: shape of the error.", &Fault::shape, shape_codec()),
                       scalar<Fault>("pings_count", "idle-cut: heartbeats keep the connection alive.", &Fault::pings_count,
                                     scenario::BooleanCodec{})},
            .exclusive = {}};
}

Table<Profile> make_profile_table() {
    return {
        .fields =
            {scalar<Profile>("name", "Shown in results.", &Profile::name, TextCodec{}),
             scalar<Profile>("summary", "What this relay is like, in one line.", &Profile::summary, TextCodec{}), timing_field(),
             models_field(), faults_field(),
             scalar<Profile>("requests_per_minute", "Rate limit of each key, sliding window; 0: none.", &Profile::requests_per_minute,
                             CountCodec{{0, kMost}}),
             scalar<Profile>("rate_window", "Length of that window, when it is not a minute.", &Profile::rate_window,
                             DurationCodec{{std::chrono::milliseconds(1), kLongest}}),
             scalar<Profile>("comment_every", "SSE keep-alive comments while a stream runs; 0s: none.", &Profile::comment_every,
                             any_duration()),
             scalar<Profile>("keys", "any: every key and none is good; guides: a key of the guides' forms is needed.", &Profile::keys,
                             ChoiceCodec<KeyPolicy>{{{"any", KeyPolicy::Any}, {"guides", KeyPolicy::Guides}}}),
             scalar<Profile>("bad_key_close", "WebSocket: a bad key is told by this close code after the upgrade; 0: by 401.",
                             &Profile::bad_key_close, CountCodec{{0, kHighestCode}}),
             scalar<Profile>("model_policy", "open: all names but deprecated ones; listed: only the guides' list.", &Profile::model_policy,
                             ChoiceCodec<ModelPolicy>{{{"open", ModelPolicy::Open}, {"listed", ModelPolicy::Listed}}}),
             scalar<Profile>("cors", "What browsers are told.", &Profile::cors,
                             ChoiceCodec<CorsPolicy>{
                                 {{"explicit", CorsPolicy::Explicit}, {"wildcard", CorsPolicy::Wildcard}, {"none", CorsPolicy::None}}}),
             scalar<Profile>("after_finish", "WebSocket: closed with 1000 after the finish signal, or kept for more.",
                             &Profile::after_finish,
                             ChoiceCodec<AfterFinish>{{{"close", AfterFinish::Close}, {"keep", AfterFinish::Keep}}}),
             scalar<Profile>("zstd", "ws-stream: when payloads are compressed.", &Profile::zstd,
                             ChoiceCodec<ZstdPolicy>{
                                 {{"on-request", ZstdPolicy::OnRequest}, {"always", ZstdPolicy::Always}, {"never", ZstdPolicy::Never}}})},
        .exclusive = {}};
}

}  // namespace

const Table<Timing>& timing_table() {
    static const Table<Timing> kTable = make_timing_table();
    return kTable;
}

const Table<Fault>& fault_table() {
    static const Table<Fault> kTable = make_fault_table();
    return kTable;
}

const Table<Profile>& profile_table() {
    static const Table<Profile> kTable = make_profile_table();
    return kTable;
}

}  // namespace relaybench::relay
