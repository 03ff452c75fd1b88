#include "scenario/load_fields.h"

#include "scenario/limits.h"

namespace relaybench::scenario {

namespace {

using std::chrono::milliseconds;

/// A key that chooses the pattern: reading it makes `Pattern` the load, checking it looks only at that pattern.
template <class Pattern, class Access, class Codec>
Field<Load> pattern_field(std::string name, std::string doc, Access access, Codec codec) {
    const Field<Pattern> inner = scalar<Pattern>(name, doc, access, codec);
    Field<Load> field;
    field.shape = inner.shape;
    field.read = [inner](Load& load, const Node& node, Inspection& inspection) {
        inner.read(load.pattern.emplace<Pattern>(), node, inspection);
    };
    field.check = [inner](const Load& load, Inspection& inspection) {
        if (const auto* pattern = std::get_if<Pattern>(&load.pattern)) {
            inner.check(*pattern, inspection);
        }
    };
    return field;
}

Field<Load> rate_field() {
    Field<Load> field = pattern_field<OpenLoop>("rate", "Open loop: streams that start each second on each relay.", &OpenLoop::rate_per_s,
                                                RateCodec{kRates});
    // An open loop is asked for by its rate, so there is none to fall back to.
    field.shape.default_text.reset();
    return field;
}

const Table<RampStage>& stage_table() {
    static const Table<RampStage> kTable{
        .fields = {scalar<RampStage>("duration", "How long the rate takes to get there.", &RampStage::duration,
                                     DurationCodec{{milliseconds(1), kLongestRun}}),
                   scalar<RampStage>("rate", "Rate at the end of the stage.", &RampStage::rate_per_s, RateCodec{{0, kRates.max}})},
        .exclusive = {}};
    return kTable;
}

void read_stage(RampStage& stage, const Node& item, Inspection& inspection) {
    read_map(stage, item, stage_table(), inspection);
    for (const char* key : {"duration", "rate"}) {
        if (item.kind == Node::Kind::Map && member(item, key).value == nullptr) {
            inspection.problem(key, "missing, expected in every stage");
        }
    }
}

Field<Load> stages_field() {
    ValueShape stage = map_shape(stage_table());
    for (FieldShape& field : stage.fields) {
        field.default_text.reset();
        field.required = true;
    }
    Field<Load> field;
    field.shape = {
        .name = "stages",
        .doc = "Ramp: the rate of each relay moves in a straight line from that of the stage before (0 at first) to that of the stage.",
        .value = {.kind = ValueShape::Kind::List, .parts = {stage}}};
    field.read = [](Load& load, const Node& node, Inspection& inspection) {
        Ramp& ramp = load.pattern.emplace<Ramp>();
        read_list(node, "a list of stages such as {duration: 10s, rate: 50/s}", inspection,
                  [&](const Node& item) { read_stage(ramp.stages.emplace_back(), item, inspection); });
    };
    field.check = [](const Load& load, Inspection& inspection) {
        const auto* ramp = std::get_if<Ramp>(&load.pattern);
        for (std::size_t i = 0; ramp != nullptr && i < ramp->stages.size(); ++i) {
            const Inspection::Step step = inspection.into(i);
            check_map(ramp->stages[i], stage_table(), inspection);
        }
    };
    return field;
}

/// Stands after the keys that choose the pattern, as fields are read in the order of the table.
Field<Load> arrivals_field() {
    const ChoiceCodec<Arrivals> codec{{{"constant", Arrivals::Constant}, {"poisson", Arrivals::Poisson}}};
    Field<Load> field;
    field.shape = {.name = "arrivals",
                   .doc = "Spacing of starts at a given rate: evenly, or at random as independent users would.",
                   .value = codec.shape(),
                   .default_text = codec.text(OpenLoop{}.arrivals)};
    field.read = [codec](Load& load, const Node& node, Inspection& inspection) {
        const auto arrivals = codec.read(node);
        if (!arrivals) {
            return inspection.problem(arrivals.error());
        }
        if (auto* open = std::get_if<OpenLoop>(&load.pattern)) {
            open->arrivals = *arrivals;
        } else if (auto* ramp = std::get_if<Ramp>(&load.pattern)) {
            ramp->arrivals = *arrivals;
        } else {
            inspection.problem("means nothing in a closed loop, expected beside rate or stages");
        }
    };
    return field;
}

Table<Load> make_table() {
    Table<Load> table;
    table.fields = {
        pattern_field<ClosedLoop>("streams", "Closed loop: streams kept open at once on each relay.", &ClosedLoop::streams,
                                  CountCodec{kStreams}),
        rate_field(),
        stages_field(),
        arrivals_field(),
        scalar<Load>("duration", "How long streams start; the first of duration and count ends the run. Without both: 10s.",
                     &Load::duration, DurationCodec{{milliseconds(1), kLongestRun}}),
        scalar<Load>("count", "Streams to start for each relay, warm-up excluded.", &Load::count, CountCodec{{1, kMostStreams}}),
        scalar<Load>("warmup", "Time before the measured window; its streams are never mixed in.", &Load::warmup,
                     DurationCodec{{core::Duration{0}, kLongestWait}}),
        scalar<Load>("drain", "How long running streams may finish after the last start.", &Load::drain,
                     DurationCodec{{core::Duration{0}, kLongestWait}}),
        scalar<Load>("failure_pause", "Closed loop: how long a slot waits after a failed stream.", &Load::failure_pause,
                     DurationCodec{{core::Duration{0}, kLongestWait}}),
        scalar<Load>("order", "Several relays: starts dealt to them in turn, one relay after the other, or each start on all at once.",
                     &Load::order,
                     ChoiceCodec<Order>{
                         {{"interleaved", Order::Interleaved}, {"sequential", Order::Sequential}, {"simultaneous", Order::Simultaneous}}}),
    };
    table.exclusive = {
        {{"streams", "rate", "stages"}, Exclusive::Need::AtMostOne, "streams for a closed loop, rate for an open one, stages for a ramp"},
        {{"stages", "duration"}, Exclusive::Need::AtMostOne, "a ramp lasts as long as its stages"},
        {{"stages", "warmup"}, Exclusive::Need::AtMostOne, "a ramp starts at zero by itself"},
    };
    return table;
}

}  // namespace

const Table<Load>& load_table() {
    static const Table<Load> kTable = make_table();
    return kTable;
}

}  // namespace relaybench::scenario
