#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kIdleCodes = std::to_array<FindingCode>({
    {"idle.proxy-timer", Party::YourNetwork, "A proxy closes connections that are quiet for a while",
     "A quiet connection ended after a fixed time (FIN without a Close frame, a stream without its end, HTTP 504, or a reset that spared "
     "TCP without TLS or HTTP in it), while a busy one that was opened later lived on. The time hints at whose timer it is: 60 s is nginx "
     "or AWS, 100 or 120 s Cloudflare. Streams drop whenever the model thinks for longer.",
     "Send a heartbeat at half the time that is shown (WebSocket: a ping, or a message where pings do not count; SSE: keep-alive comments "
     "of the relay), or raise the proxy's limit."},
    {"idle.nat-silent-drop", Party::YourNetwork, "A firewall or router forgets quiet connections without saying so",
     "After the pause nothing is answered: packets are sent again in vain, and neither FIN nor RST comes, while a busy connection lived. "
     "Clients wait until their own time limit strikes.",
     "Send a heartbeat, or TCP keep-alives, at the distance that is shown, and have clients give up when one is not answered."},
    {"idle.l4-reset", Party::YourNetwork, "A firewall or load balancer resets quiet connections",
     "A reset (RST) came during the pause, or in answer to the first packet after it, while a busy connection lived on. Told from the "
     "timer "
     "of a proxy by the RST, which strikes bare TCP as well: most proxies close with FIN.",
     "Send a heartbeat, or TCP keep-alives, at half the time that is shown, or raise the limit of the device."},
    {"idle.keepalive-swallowed", Party::YourNetwork, "A proxy on the way keeps the heartbeats to itself",
     "The relay counts what it wrote: more keep-alive comments than had arrived here when the connection was cut as a quiet one. A buffer, "
     "or a gateway that removes comments, sits before the timer.",
     "Turn response buffering off on that proxy, or exempt the host from it; heartbeats cannot help before. A WebSocket may get through."},
    {"idle.relay-closed", Party::Relay, "The relay itself closes connections",
     "A Close frame with a code came: only the relay, or a gateway that speaks WebSocket, can send one. 1001 is said by who goes away, "
     "1008 by who enforces a rule, 1013 by who is overloaded.",
     "Send a heartbeat where only quiet connections are closed; else reconnect when it happens. The relay's support knows the limit."},
});

}  // namespace

std::span<const FindingCode> idle_codes() { return kIdleCodes; }

}  // namespace relaybench::doctor
