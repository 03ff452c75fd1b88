#include "unit/scenario/bad_input.h"

namespace relaybench::scenario {

TEST_CASE(
    "scenario file: each slip of values and of settings that contradict each other gives one line with its place, what is wrong and what "
    "is accepted") {
    check_bad_inputs({
        {"a duration without unit", "relays: [embedded:fast]\nload: {duration: 30}\n",
         "f.yaml:2:18: load.duration: found 30, expected a duration with its unit such as 500ms, 10s or 1m30s"},
        {"a duration with an unknown unit", "relays: [embedded:fast]\ntimeouts: {idle: 3 fortnights}\n",
         "f.yaml:2:18: timeouts.idle: found \"3 fortnights\", expected a duration with its unit such as 500ms, 10s or 1m30s"},
        {"a duration out of range", "relays: [embedded:fast]\ntimeouts: {connect: 2h}\n",
         "f.yaml:2:21: timeouts.connect: 2h is out of range, expected 1ms to 1h"},
        {"a rate with an unknown unit", "relays: [embedded:fast]\nload: {rate: 20/day}\n",
         "f.yaml:2:14: load.rate: found \"20/day\", expected a rate such as 20/s or 60/min"},
        {"a rate of zero", "relays: [embedded:fast]\nload: {rate: 0/s}\n",
         "f.yaml:2:14: load.rate: 0/s is out of range, expected 0.001/s to 100000/s"},
        {"a count that is no number", "relays: [embedded:fast]\nmax_tokens: lots\n",
         "f.yaml:2:13: max_tokens: found \"lots\", expected a whole number such as 50 or 10k"},
        {"a negative count", "relays: [embedded:fast]\nload: {streams: -5}\n",
         "f.yaml:2:17: load.streams: found -5, expected a whole number such as 50 or 10k"},
        {"a count out of range", "relays: [embedded:fast]\nworkers: 1000\n",
         "f.yaml:2:10: workers: 1000 is out of range, expected 1 to 256"},
        {"a number out of range", "relays: [embedded:fast]\ntemperature: 3.5\n",
         "f.yaml:2:14: temperature: 3.5 is out of range, expected 0 to 2"},
        {"a boolean that is none", "relays: [embedded:fast]\nneeds_key: perhaps\n",
         "f.yaml:2:12: needs_key: found \"perhaps\", expected true or false"},
        {"a number where text belongs", "relays: [embedded:fast]\nname: 12\n",
         "f.yaml:2:7: name: found 12, expected text (in quotes it is one: \"12\")"},
        {"nothing where text belongs", "relays: [embedded:fast]\nname:\n", "f.yaml:2:1: name: found nothing, expected text"},
        {"a map where a number belongs", "relays: [embedded:fast]\nmax_tokens: {a: 1}\n",
         "f.yaml:2:13: max_tokens: found a map, expected a whole number"},
        {"closed and open loop at once", "relays: [embedded:fast]\nload:\n  streams: 5\n  rate: 20/s\n",
         "f.yaml:4:3: load.rate: contradicts streams, expected only one of them: streams for a closed loop, rate for an open one, stages "
         "for a ramp"},
        {"a ramp with a duration", "relays: [embedded:fast]\nload:\n  stages: [{duration: 10s, rate: 5/s}]\n  duration: 30s\n",
         "f.yaml:4:3: load.duration: contradicts stages, expected only one of them: a ramp lasts as long as its stages"},
        {"a ramp that never rises", "relays: [embedded:fast]\nload:\n  stages: [{duration: 10s, rate: 0/s}]\n",
         "f.yaml:3:11: load.stages: no stage has a rate above 0, expected at least one such as {duration: 10s, rate: 50/s}"},
        {"a stage without duration", "relays: [embedded:fast]\nload:\n  stages:\n    - rate: 5/s\n",
         "f.yaml:4:7: load.stages[0].duration: missing, expected in every stage"},
        {"arrivals of a closed loop", "relays: [embedded:fast]\nload: {streams: 5, arrivals: poisson}\n",
         "f.yaml:2:30: load.arrivals: means nothing in a closed loop, expected beside rate or stages"},
        {"an unknown arrival process", "relays: [embedded:fast]\nload: {rate: 5/s, arrivals: pison}\n",
         "f.yaml:2:29: load.arrivals: \"pison\" is unknown, expected constant or poisson"},
        {"an empty prompt", "relays: [embedded:fast]\nprompts: [\"  \"]\n", "f.yaml:2:11: prompts[0]: the prompt is empty, expected text"},
        {"no prompt", "relays: [embedded:fast]\nprompts: []\n",
         "f.yaml:2:10: prompts: there is no prompt, expected text, a list of texts, {dataset: FILE} or {audio: FILE}"},
        {"text and data set at once", "relays: [embedded:fast]\nprompts: {dataset: a.jsonl, audio: b.wav}\n",
         "f.yaml:2:29: prompts.audio: contradicts dataset, expected only one of them: dataset for text, audio for stream-ws-audio"},
        {"audio that no relay takes", "relays: [embedded:fast]\nprompts: {audio: b.wav}\n",
         "f.yaml:2:18: prompts.audio: no relay takes audio, expected one with dialect stream-ws-audio"},
        {"a heartbeat that cannot be answered", "relays: [embedded:fast]\nheartbeat: {interval: 30s, dead_after: 20s}\n",
         "f.yaml:2:40: heartbeat.dead_after: 20s leaves no time to answer a ping, expected more than the interval of 30s"},
        {"a scenario that needs a key and has none", "relays: [embedded:fast]\nneeds_key: true\n",
         "f.yaml:2:12: needs_key: no relay has a key, expected key_env or key_file beside one of them"},
        {"a budget of nothing", "relays: [embedded:fast]\nbudget: {max_streams: 0}\n",
         "f.yaml:2:23: budget.max_streams: 0 is out of range, expected 1 to 1000000000000"},
        {"connections neither reused nor fresh", "relays: [embedded:fast]\nconnections: resue\n",
         "f.yaml:2:14: connections: \"resue\" is unknown, expected reuse or fresh (did you mean \"reuse\"?)"},
    });
}

}  // namespace relaybench::scenario
