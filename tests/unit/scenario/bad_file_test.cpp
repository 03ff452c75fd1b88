#include "unit/scenario/bad_input.h"

namespace relaybench::scenario {

TEST_CASE("scenario file: each slip of the file as a whole gives one line with its place, what is wrong and what is accepted") {
    check_bad_inputs({
        {"an unknown key with a near one", "relays: [embedded:fast]\nlod: {streams: 5}\n",
         "f.yaml:2:1: lod: unknown key, expected name, question, needs_key, relays, prompts, max_tokens, temperature, load, timeouts, "
         "heartbeat, connections, stall_threshold, seed, gates, budget, workers or connect_rate (did you mean \"load\"?)"},
        {"an unknown key with nothing near", "relays: [embedded:fast]\nbudget: {euros: 5}\n",
         "f.yaml:2:10: budget.euros: unknown key, expected max_tokens_total or max_streams"},
        {"a list where a map belongs", "relays: [embedded:fast]\ntimeouts: [10s]\n",
         "f.yaml:2:11: timeouts: found a list, expected a map with the keys connect, first_token or idle"},
        {"a key given twice", "relays: [embedded:fast]\nseed: 1\nseed: 2\n",
         "f.yaml:3:1: seed: given twice, expected once (first in line 2)"},
        {"a gate that does not parse", "relays: [embedded:fast]\ngates: [\"ttft.p99 < 800ms\", nonsense]\n",
         "f.yaml:2:29: gates[1]: \"nonsense\" is no gate"},
        {"a merge key", "relays:\n  - &a {embedded: fast}\n  - <<: *a\n    embedded: slow\n",
         "f.yaml:3:5: relays[1].<<: merge keys are not supported, expected the keys themselves"},
        {"an empty file", "", "f.yaml: the file is empty, expected a map such as `relays: [embedded:fast]`"},
        {"a file that is a list", "- 1\n",
         "f.yaml:1:1: found a list, expected a map with the keys name, question, needs_key, relays, prompts, max_tokens, temperature, "
         "load, timeouts, heartbeat, connections, stall_threshold, seed, gates, budget, workers or connect_rate"},
        {"broken YAML", "relays: [embedded:fast\nmax_tokens: 3\n", "f.yaml:2:11: not valid YAML: end of sequence flow not found"},
        {"an unknown alias", "relays: *nobody\n", "f.yaml:1:9: not valid YAML: the referenced anchor is not defined"},
        {"an alias in its own anchor", "relays: &a [*a]\n", "f.yaml:1:13: an alias inside its own anchor has no end, write the value out"},
        {"two documents", "relays: [embedded:fast]\n---\nrelays: [embedded:fast]\n",
         "f.yaml:3:1: a second YAML document (after ---), expected one scenario in a file"},
    });
}

}  // namespace relaybench::scenario
