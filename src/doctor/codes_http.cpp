#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kHttpCodes = std::to_array<FindingCode>({
    {"http.not-relay", Party::You, "What answers is not the relay",
     "The answer has neither the shape of the relay's errors nor the challenge that was sent along: a web page, a default site of a "
     "server, a block page. The key is not sent to it.",
     "Check the base URL; if it is right, something on the way answers in the relay's place."},
    {"http.redirected", Party::You, "The relay's address answers with a redirect",
     "A 3xx to another address. Clients that follow it turn POST into GET and drop the Authorization header when the host changes.",
     "Use the address that it leads to as the base URL, if it is the relay's."},
    {"http.intermediary", Party::YourNetwork, "A proxy stands between here and the relay and shows itself",
     "Its answers carry headers such as Via, X-Cache or X-Squid-Error that the relay does not send, or requests arrive at the relay with a "
     "Via "
     "header.",
     "Nothing, as long as streams arrive in time; else this is the proxy whose buffering has to be turned off."},
    {"http.body-limit", Party::YourNetwork, "Long requests are refused on the way",
     "A short request works and a long one is answered 413, or with another refusal or a cut connection twice while the short one goes on "
     "working: a limit on the body's size in a proxy, or a scanner of contents. Told from net.mtu-blackhole-up by the answer or the cut.",
     "Raise the proxy's limit (client_max_body_size in nginx)."},
    {"http.answer-held", Party::YourNetwork, "Long answers are held back on the way",
     "Of an answer of several packets nothing came in time, three times, while short ones come promptly and no packet was seen to be lost: "
     "somebody reads an answer to its end before he passes it on, or waits for something else. Told from net.mtu-blackhole-down by small "
     "packets, which do not help here, and by packets that came behind lost ones.",
     "Have the host exempted from inspection."},
    {"http.no-keepalive", Party::YourNetwork, "Connections are closed after each answer",
     "A second request on the same connection was not possible. Each one pays for a new hand-shake.",
     "Turn keep-alive on where it is off: in the client, or in the proxy on the way."},
    {"http.no-h2", Party::Relay, "HTTP/2 is not offered", "The negotiation chose HTTP/1.1. Streams work with it.",
     "Nothing has to be done."},
    {"relay.down", Party::Relay, "The relay cannot serve, or cannot be reached by its own front end",
     "A 5xx to a request that was right, or no whole answer. In the relay's own shape it is the relay; else the headers or the page tell "
     "which "
     "gateway answered (HAProxy, nginx, Cloudflare, a load balancer), and its status what happened behind it.",
     "Wait and try again; send the relay's support the time, the request id and who answered."},
    {"auth.invalid-key", Party::You, "The relay does not accept the key",
     "401, or another status whose error is about the key, over a connection that was proven to lead to the relay: proven in its own shape "
     "(JSON), likely in the words of something that stands before it. Where the list of models is shown to anybody, an empty request for a "
     "completion decides. The form of the key was checked before.",
     "Compare the key with the relay's console; create a new one if it was revoked."},
    {"auth.forbidden", Party::You, "The key is known but may not do this",
     "403 in the relay's own shape (JSON): a restricted key, a region or an address list (then it is refused without a key too), another "
     "organisation; or a key that is taken for the list of models and refused for completions. Told from net.waf-block by the shape.",
     "Check the key's permissions in the relay's console."},
    {"auth.quota", Party::You, "The account has no credit left",
     "402, or 400, 401, 403 or 429 whose error names credit, a budget or a quota instead of a key or a rate: with the key, or to an empty "
     "request "
     "for a completion, which costs nothing. Waiting does not help.",
     "Add credit in the relay's console."},
    {"auth.key-intercepted", Party::You, "The key was seen by a proxy that opens TLS on the way",
     "Doctor was told to send it (--allow-intercepted). Only an interceptor whose authority this machine trusts is sent it, never one that "
     "nobody vouches for. Without the flag the checks that need the key are skipped there.",
     "Nothing, if those who run the proxy may know the key; else create a new key and have the host exempted from inspection."},
    {"auth.dropped-by-redirect", Party::You, "The key is lost on a redirect",
     "The request with the key is answered with a redirect to another scheme, host or port: clients drop the Authorization header there on "
     "purpose, and the 401 that follows has nothing to do with the key.",
     "Use the final address as the base URL."},
    {"rate.limited-by-relay", Party::You, "The relay limits the rate of requests",
     "429 in the relay's own shape (JSON), or with Retry-After or x-ratelimit headers and no gateway's page.",
     "Wait as long as Retry-After says, and back off: 1, 2, 4, 8, 16 s, at most five tries; stay below 60 requests a minute and 10 "
     "connections "
     "at once, which the standard tier allows."},
    {"rate.limited-by-proxy", Party::YourNetwork, "A proxy on the way limits the rate of requests",
     "429 as a web page, or without Retry-After, which is how nginx limits, or with the marks of another gateway.",
     "Ask whoever runs the proxy to raise the limit."},
    {"rate.nearly-used", Party::You, "The rate limit is almost used up", "The x-ratelimit headers leave less than a tenth.",
     "Slow down, or ask the relay for a higher tier."},
    {"model.unknown", Party::You, "The relay does not offer this model",
     "The name is not in its list of models. The nearest name of the list is shown.", "Use a name from the list, letter by letter."},
    {"model.deprecated", Party::You, "The model's name is deprecated or an old short form",
     "It is known from older guides; relays answer it 404 (\"model not found\") after a good connection, sooner or later. A warning while "
     "it is "
     "still in the relay's list.",
     "Use the name that replaces it."},
    {"model.not-entitled", Party::You, "The key may not use this model",
     "The relay's guides list the model, or it refuses the model to this key (403), and the list that the key gets lacks it. Told from "
     "model.unknown, which nobody lists.",
     "Enable the model for the key in the relay's console, or use another one."},
});

}  // namespace

std::span<const FindingCode> http_codes() { return kHttpCodes; }

}  // namespace relaybench::doctor
