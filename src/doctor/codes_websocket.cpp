#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kWebsocketCodes = std::to_array<FindingCode>({
    {"ws.upgrade-stripped", Party::YourNetwork, "A proxy removes the request for a WebSocket on its way",
     "The relay answers as to a plain request (426, 400, 404), and what it reports to have received lacks the Upgrade header.",
     "Have the proxy forward Upgrade and Connection (HTTP/1.1 to the server behind it); streams by SSE may work meanwhile."},
    {"ws.answered-by-web-page", Party::You, "A web page answers in place of the WebSocket",
     "200 with HTML, or a web server's page of error while upgrades on another path do arrive at the relay: the path is not the relay's "
     "WebSocket, or a front end serves its own page for it.",
     "Check the path of the WebSocket URL."},
    {"ws.upgrade-slow", Party::YourNetwork, "The WebSocket takes long to open",
     "The upgrade was accepted, more than 2 s after it was asked for on a connection that stood: a proxy that looks at it first, or a "
     "front "
     "end under load. Clients whose limit for the hand-shake is short give up.",
     "Keep WebSockets open and reuse them; give the hand-shake 10 s."},
    {"ws.redirect", Party::You, "The WebSocket's address answers with a redirect", "301 or 302, which WebSocket clients do not follow.",
     "Use the address that it leads to, with wss://."},
    {"ws.auth", Party::You, "The relay refuses the WebSocket for want of a good key",
     "401 or 403 in the relay's own shape. Browsers cannot set the Authorization header on a WebSocket.",
     "Send the key in the Authorization header, from a program rather than a web page."},
    {"ws.policy-denied", Party::YourNetwork, "A rule on the way forbids WebSockets",
     "401, 403 or 407 that is not in the relay's own shape, or a connection that is cut off as soon as an upgrade is asked for, or whose "
     "packets are dropped from then on, while plain requests are answered; or a Close frame with code 1008 as soon as the WebSocket is "
     "open.",
     "WebSocket upgrades to the host have to be allowed."},
    {"ws.gateway", Party::Relay, "The front end cannot reach the server behind the WebSocket",
     "502, 503, 504 or one of a content network's own codes (520 to 530) to the upgrade, or no answer in time; or the upgrade is accepted "
     "and then closed with a code that says the same (1011 to 1014).",
     "Try again; if it stays, send the relay's support the time."},
    {"ws.broken-101", Party::YourNetwork, "The WebSocket's acceptance was damaged on its way",
     "101 came, but without Upgrade or with a wrong Sec-WebSocket-Accept: something on the way answered or altered it.",
     "Have the host exempted from inspection."},
    {"ws.h2-mismatch", Party::ClientSoftware, "The client negotiated HTTP/2 and then asked for a WebSocket the HTTP/1.1 way",
     "The server answers with HTTP/2 frames or closes. Doctor itself offers http/1.1 alone; it plays such a client besides, so this is a "
     "note "
     "unless the server speaks HTTP/2 without having been asked.",
     "Configure the WebSocket library to offer only http/1.1 in the TLS negotiation, or update it."},
    {"ws.frame-blocked", Party::YourNetwork, "Messages of some kinds do not get through the WebSocket",
     "The connection opens, and large or binary messages are lost, altered or end it.", "Have the host exempted from inspection."},
    {"ws.one-way", Party::YourNetwork, "The WebSocket carries messages in one direction only",
     "The connection opens; what is sent is never answered, or only what the server sends by itself arrives.",
     "Have the host exempted from inspection, or update the proxy."},
    {"ws.buffered", Party::YourNetwork, "Messages on the WebSocket are held back",
     "They were sent over seconds and arrived in few bursts, or came only when more was sent: something on the way gathers them. Told from "
     "ws.frame-blocked, where they never come.",
     "Have the host exempted from inspection."},
    {"ws.cut", Party::YourNetwork, "The WebSocket is cut off while messages flow",
     "Twice a WebSocket ended, by a reset, an end without a Close frame or a code that explains nothing, while small messages went to and "
     "fro or the server sent one each 300 ms. Told from ws.one-way, where the connection stays and nothing comes, and from "
     "ws.frame-blocked, where it lasts as long as messages are small.",
     "See with --idle whether it is a limit on the connection's age; have the host exempted from inspection."},
    {"ws.ping-swallowed", Party::YourNetwork, "Pings on the WebSocket are not answered",
     "Messages go both ways, but no pong comes, or pongs come for pings that the relay says never to have got: a proxy that takes the "
     "frames "
     "apart. Clients that ping will declare the connection dead.",
     "Use heartbeats in messages ({\"type\":\"ping\"}) in place of protocol pings."},
    {"ws.close-not-echoed", Party::Relay, "The closing of the WebSocket is not answered",
     "Our Close frame got none in return within 2 s. Clients wait for it before they let go.",
     "Nothing has to be done; clients should set a time limit on closing."},
    {"ws.origin-rejected", Party::Relay, "The relay refuses WebSockets from this web page",
     "403 with the page's Origin, and success without one.",
     "Have the origin allowed in the relay's console, or connect from your server."},
    {"ws.rfc8441-available", Party::Relay, "WebSockets over HTTP/2 are offered",
     "The server's settings allow extended CONNECT (RFC 8441). Browsers use it by themselves; faults of a proxy with it look like a "
     "refused WebSocket.",
     "Nothing has to be done."},
});

}  // namespace

std::span<const FindingCode> websocket_codes() { return kWebsocketCodes; }

}  // namespace relaybench::doctor
