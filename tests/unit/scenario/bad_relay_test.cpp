#include "unit/scenario/bad_input.h"

namespace relaybench::scenario {

TEST_CASE("scenario file: each slip of a relay gives one line with its place, what is wrong and what is accepted") {
    check_bad_inputs({
        {"an unknown key inside a relay", "relays:\n  - embedded: fast\n    modle: gpt-4.1\n",
         "f.yaml:3:5: relays[0].modle: unknown key, expected name, url, embedded, dialect, model, price, key_env, key_file, headers, "
         "origin, "
         "subprotocol, compression, include_usage, cacert, insecure, connect_to, proxy, proxy_auth_env, control or key_format (did you "
         "mean \"model\"?)"},
        {"an unknown dialect", "relays:\n  - {embedded: fast, dialect: chat-wss}\n",
         "f.yaml:2:31: relays[0].dialect: \"chat-wss\" is unknown, expected chat-sse, proxy-sse, chat-json, chat-ws, stream-ws, "
         "stream-ws-audio or ws-stream (did you mean \"chat-ws\"?)"},
        {"no relays at all", "max_tokens: 10\n",
         "f.yaml:1:1: relays: there is no relay, expected at least one such as embedded:fast or https://relay.example/v1"},
        {"an empty list of relays", "relays: []\n",
         "f.yaml:1:9: relays: there is no relay, expected at least one such as embedded:fast or https://relay.example/v1"},
        {"relays that are no list", "relays: embedded:fast\n",
         "f.yaml:1:9: relays: found \"embedded:fast\", expected a list of relays: maps, URLs or embedded:PROFILE"},
        {"a relay without a target", "relays:\n  - name: a\n",
         "f.yaml:2:5: relays[0]: the target is missing, expected url (a real relay) or embedded (the built-in one)"},
        {"a relay with url and embedded", "relays:\n  - url: https://relay.example/v1\n    embedded: fast\n",
         "f.yaml:3:5: relays[0].embedded: contradicts url, expected only one of them: url for a real relay, embedded for the built-in one"},
        {"a relay with two key sources", "relays:\n  - url: https://relay.example/v1\n    key_env: KEY\n    key_file: key.txt\n",
         "f.yaml:4:5: relays[0].key_file: contradicts key_env, expected only one of them: key_env for an environment variable, key_file "
         "for a file"},
        {"two relays of one name", "relays:\n  - {name: a, embedded: fast}\n  - {name: a, embedded: slow}\n",
         "f.yaml:3:12: relays[1].name: \"a\" is the name of relays[0] too, expected a name of its own"},
        {"a name that gates could not spell", "relays:\n  - {name: \"a (new)\", embedded: fast}\n",
         "f.yaml:2:12: relays[0].name: \"a (new)\" is no name, expected 1 to 64 letters, digits or any of . _ - : / @ +"},
        {"a URL whose scheme is not that of the dialect", "relays:\n  - {url: \"https://relay.example/v1\", dialect: chat-ws}\n",
         "f.yaml:2:11: relays[0].url: https:// does not fit dialect chat-ws, expected wss:// or ws:// (did you mean "
         "\"wss://relay.example/v1\"?)"},
        {"a WebSocket URL for SSE", "relays:\n  - url: wss://relay.example/v1\n",
         "f.yaml:2:10: relays[0].url: wss:// does not fit dialect chat-sse, expected https:// or http:// (did you mean "
         "\"https://relay.example/v1\"?)"},
        {"a key in the URL", "relays:\n  - url: https://relay.example/v1?api_key=abc\n",
         "f.yaml:2:10: relays[0].url: the key in \"?api_key=…\" would be written to results, expected key_env or key_file"},
        {"a key over plain HTTP", "relays:\n  - {url: \"http://relay.example/v1\", key_env: RELAY_KEY}\n",
         "f.yaml:2:11: relays[0].url: a key would travel unencrypted to relay.example, expected https:// or wss://"},
        {"a key to a host that is not verified", "relays:\n  - {url: \"https://relay.example/v1\", key_env: RELAY_KEY, insecure: true}\n",
         "f.yaml:2:69: relays[0].insecure: a key would go to a host that nobody verified, expected cacert with the host's authority"},
        {"a key where its variable belongs", "relays:\n  - {url: \"https://relay.example/v1\", key_env: sk-1234567890}\n",
         "f.yaml:2:48: relays[0].key_env: this looks like a key itself, expected the name of the environment variable that holds it"},
        {"a variable name with a blank", "relays:\n  - {url: \"https://relay.example/v1\", key_env: \"MY KEY\"}\n",
         "f.yaml:2:48: relays[0].key_env: this is no name of an environment variable, expected letters, digits and _ such as "
         "RELAY_API_KEY"},
        {"a key among the headers", "relays:\n  - embedded: fast\n    headers: {Authorization: Bearer abc}\n",
         "f.yaml:3:14: relays[0].headers: the key in Authorization would be written to results, expected key_env or key_file"},
        {"a header with a line end", "relays:\n  - embedded: fast\n    headers: {X-A: \"b\\nc\"}\n",
         "f.yaml:3:14: relays[0].headers: the value of X-A holds a control character such as a line end, expected one line"},
        {"a header name with a blank", "relays:\n  - embedded: fast\n    headers: {\"X A\": b}\n",
         "f.yaml:3:14: relays[0].headers: \"X A\" is no header name, expected letters, digits and -"},
        {"compression where there is none", "relays:\n  - {embedded: fast, compression: zstd}\n",
         "f.yaml:2:35: relays[0].compression: dialect chat-sse has none, expected with dialect ws-stream"},
        {"a sub-protocol over HTTP", "relays:\n  - {embedded: fast, subprotocol: websocket}\n",
         "f.yaml:2:35: relays[0].subprotocol: dialect chat-sse has none, expected with a WebSocket dialect"},
        {"connect_to with a bad port",
         "relays:\n  - url: https://relay.example/v1\n    connect_to: \"relay.example:443:127.0.0.1:99999\"\n",
         "f.yaml:3:17: relays[0].connect_to: \"relay.example:443:127.0.0.1:99999\" has a bad port, expected HOST:PORT:ADDRESS:PORT as in "
         "curl, such as relay.example:443:127.0.0.1:8443"},
        {"a certificate for the embedded relay", "relays:\n  - {embedded: fast, cacert: ca.pem}\n",
         "f.yaml:2:30: relays[0].cacert: means nothing for the embedded relay, expected beside a url"},
        {"an unknown option of a short relay", "relays:\n  - embedded:slow,modle=x\n",
         "f.yaml:2:5: relays[0]: \"modle\" is an unknown option of a relay, expected dialect, model, price, key_env, key_file, origin, "
         "subprotocol, compression, include_usage, cacert, insecure, connect_to, proxy, proxy_auth_env, control or key_format (did you "
         "mean \"model\"?)"},
        {"a key in a short relay", "relays:\n  - https://relay.example/v1,key=sk-123456\n",
         "f.yaml:2:5: relays[0]: key=… is refused as others could read it, expected key_env=VARIABLE or key_file=PATH"},
        {"a short relay that is none", "relays:\n  - embeded:slow\n",
         "f.yaml:2:5: relays[0]: \"embeded:slow\" is no relay, expected a URL such as https://relay.example/v1, or embedded:PROFILE (did "
         "you mean \"embedded\"?)"},
        {"an unknown URL scheme", "relays:\n  - url: ftp://relay.example/v1\n",
         "f.yaml:2:10: relays[0].url: URL \"ftp://relay.example/v1\": the scheme must be https, http, wss or ws; expected something like "
         "https://host/v1 or wss://host:port/path"},
    });
}

}  // namespace relaybench::scenario
