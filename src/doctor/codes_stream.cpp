#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kSseCodes = std::to_array<FindingCode>({
    {"sse.not-a-stream", Party::Relay, "The answer is not an event stream",
     "Its type is not text/event-stream: a JSON document or a web page, or no answer came at all. The stream was not asked for, or "
     "something "
     "turned it into one answer. Told from sse.buffered-full by the relay's own count of what it sent.",
     "Ask with stream set to true; if that was done, report it to the relay."},
    {"sse.hint-missing", Party::Relay, "The stream does not tell proxies to pass it on at once",
     "Cache-Control: no-cache is missing. Nothing is held back for it here; a proxy on another path may do it. X-Accel-Buffering is not "
     "judged, as an nginx that heeds it takes it away.",
     "The relay should send both headers with each stream."},
    {"sse.buffered-full", Party::YourNetwork, "The whole stream is held back and arrives at once",
     "The events were sent over seconds and arrived in one or two bursts at the end, or not at all while the relay says to have sent them. "
     "A "
     "proxy that stores the answer first (nginx with proxy_buffering, a content scanner). People see nothing, then everything; clients "
     "time "
     "out.",
     "Exempt the host from inspection, or set proxy_buffering off and X-Accel-Buffering: no on the proxy; a WebSocket often gets through "
     "meanwhile."},
    {"sse.buffered-chunks", Party::YourNetwork, "The stream arrives in lumps of a fixed size",
     "Events wait until 4 or 8 KB are full, so that short answers come all at once and long ones in jumps. Half-working, and easily "
     "missed.",
     "Set proxy_buffering off on the proxy, or send X-Accel-Buffering: no."},
    {"sse.coalesced", Party::YourNetwork, "Events arrive in pairs, up to a quarter of a second late",
     "Each event is held for a fixed time and let go with its neighbours (HAProxy without http-no-delay, delayed acknowledgement). Told "
     "from "
     "distance by a stream that ends at once, which is not held, and from a thin line by events that come in groups when they are sent "
     "close "
     "together, and from a line whose delay varies by the times of other short answers. The text still flows.",
     "Set \"option http-no-delay\" or its like on the proxy, if the rhythm matters."},
    {"sse.compression-buffered", Party::Relay, "Compression holds the stream back",
     "The same stream is in time when asked for uncompressed, and late when compressed: the compressor is not flushed after each event.",
     "Ask with Accept-Encoding: identity; the server should not compress event streams, or flush each event."},
    {"sse.get-buffered", Party::YourNetwork, "Streams by GET are held back, those by POST are not",
     "The same stream was asked for both ways at the same time. Some tunnels store the answer to GET only.",
     "Use POST, as completions do; a test by GET misleads here."},
    {"sse.proxy-buffered", Party::YourNetwork, "The configured proxy holds the stream back",
     "The same stream is in time directly and late through the proxy.",
     "Exempt the relay from the proxy (no_proxy), or from its content scan."},
    {"sse.buffer-threshold", Party::YourNetwork, "Small events wait until a buffer is full",
     "Events padded to 2 KB arrive in time and small ones do not: a buffer of a fixed size on the way.",
     "Turn the buffering off; padding events is a stopgap for whoever runs the relay."},
    {"sse.truncated", Party::YourNetwork, "The stream is cut off before its end",
     "Twice the connection closed in the middle of the body, without the last chunk, or the body ended without its last events. A time "
     "limit "
     "on the way, or a server that died.",
     "See which limit fits the time that is shown; raise it or send keep-alive comments. Where doctor sees whole streams and your program "
     "does "
     "not, the limit is the program's own: 10 s to connect and 120 s to read are a good start."},
    {"sse.altered", Party::YourNetwork, "Events of the stream are lost, doubled or out of order",
     "The relay numbers its events. Twice the body ended in order and numbers were missing in its middle, came twice, or in another order: "
     "a "
     "gateway that takes streams apart, or asks again when its own connection breaks. Texts have holes or words twice. Told from "
     "sse.truncated, where the end is missing.",
     "Have the host exempted from whatever takes the stream apart; a gateway must not ask again once it has passed on the first event."},
    {"sse.compression-broken", Party::YourNetwork, "The stream cannot be read when compression is accepted",
     "The same stream is whole when asked for uncompressed. Asked for as most clients do, with Accept-Encoding: gzip, it came twice with "
     "another coding than was offered, with bytes that are not what Content-Encoding says, or cut short. Told from "
     "sse.compression-buffered, where it is whole and late.",
     "Ask with Accept-Encoding: identity; the proxy that compresses has to leave event streams alone."},
    {"sse.held-at-first", Party::YourNetwork, "The beginning of each stream is held back",
     "Twice the first events came together, long after the first of them was sent, and the others in time: something gathers the first "
     "bytes "
     "or the first seconds of an answer to look at them. People wait longer for the first word. Told from a pause, which strikes once, and "
     "from sse.buffered-chunks, where it goes on.",
     "Exempt the host from inspection. Where bytes are counted, a comment of 2 KB at the beginning helps."},
    {"sse.one-behind", Party::YourNetwork, "Each event waits for the next one",
     "Events 300 ms apart come 300 ms late, and those 100 ms apart 100 ms late, but the last one, which goes with the end: something lets "
     "an "
     "event go when it has the next one. The last words before each pause are not seen until it is over. Told from sse.coalesced, where "
     "the "
     "hold is always as long.",
     "Have the gateway pass each event on at once; it may wait for the beginning of a line that it could know to be over."},
    {"sse.real-at-once", Party::Relay, "A real model's answer arrives all at once",
     "With --real a completion was asked for: 8 chunks and more came within 20 ms after a wait of a second or more, as no model writes. "
     "The "
     "synthetic stream came in time on the same way, so that it is the relay, or the model behind it, who gathers the answer first. Told "
     "from sse.buffered-full by that stream, whose verdict this one never changes; where the relay has none, it is possible only.",
     "Report it to the relay with the name of the model; another model or dialect may stream meanwhile."},
    {"sse.real-refused", Party::Relay, "A real completion is refused",
     "With --real a completion was asked for, and an error came that names neither the key nor the account, the model or the load. The "
     "relay's own words are quoted.",
     "See what the relay says; where the request is right for this model, report it to the relay."},
    {"sse.no-done", Party::Relay, "The stream ends without [DONE]",
     "The body and its events are complete, but the mark at its end is missing, and some clients wait for it.",
     "Report it to the relay; clients should take the end of the body as the end."},
});

constexpr auto kBrowserCodes = std::to_array<FindingCode>({
    {"cors.options-needs-auth", Party::Relay, "The browser's question in advance is refused for lack of a key",
     "OPTIONS is answered 401 or 403 in the relay's own shape, but browsers send no key with it. Programs work, web pages do not.",
     "The relay has to answer OPTIONS without a key; until then call it from your server."},
    {"cors.blocked-by-proxy", Party::YourNetwork, "A proxy answers the browser's question in advance and denies it",
     "OPTIONS is answered 403 or 405 with a web page that is not the relay's.", "Allow OPTIONS on the proxy."},
    {"cors.origin-not-allowed", Party::Relay, "The relay does not allow this web page to ask it",
     "Access-Control-Allow-Origin is missing, names another origin, or stands there twice, which browsers refuse as well.",
     "Have the origin allowed in the relay's console, or call the relay from your server."},
    {"cors.header-not-allowed", Party::Relay, "The browser may not send the headers that are needed",
     "Authorization or Content-Type are missing in Access-Control-Allow-Headers; a star does not include Authorization.",
     "The relay has to name both headers."},
    {"cors.wildcard-with-credentials", Party::Relay, "A star as the allowed origin together with credentials is refused by browsers",
     "Access-Control-Allow-Origin: * and Access-Control-Allow-Credentials: true exclude each other.",
     "The relay has to name the origin, or leave credentials out."},
    {"cors.not-cached", Party::Relay, "The browser has to ask in advance before every request",
     "Access-Control-Max-Age is 0, which adds a round trip to each request.", "The relay should send a max-age such as 600."},
});

}  // namespace

std::span<const FindingCode> sse_codes() { return kSseCodes; }
std::span<const FindingCode> browser_codes() { return kBrowserCodes; }

}  // namespace relaybench::doctor
