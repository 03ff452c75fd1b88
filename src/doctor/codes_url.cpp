#include <array>

#include "doctor/code_tables.h"

namespace relaybench::doctor {
namespace {

using result::Party;

constexpr auto kUrlCodes = std::to_array<FindingCode>({
    {"url.malformed", Party::You, "The URL cannot be read",
     "It has no scheme, a blank, a curly quote, a fragment, a single slash after the scheme, a bad port, or a user and password before the "
     "host. Clients differ in what they make of such a URL, from an error to another host.",
     "Write it as https://HOST/v1, with nothing before or after it."},
    {"url.untidy", Party::You, "The URL works but is not written the usual way",
     "A slash at its end, two slashes in a row, upper-case letters or a dot at the end of the host, or letters outside ASCII. Some clients "
     "join paths so that /v1//chat/completions "
     "comes out, which strict servers answer 404.",
     "Use the tidy form that is shown."},
    {"url.insecure-scheme", Party::You, "The URL is not encrypted (http or ws) although the host is on the internet",
     "The key would travel readable. Most relays answer with a redirect to https, and clients then turn POST into GET or drop the "
     "Authorization header, so that it looks like a wrong key.",
     "Write https:// (or wss:// for a WebSocket)."},
    {"url.scheme-swapped", Party::You, "The scheme does not fit what is asked for",
     "WebSocket libraries want wss://, HTTP libraries https://; given the other one they refuse, hang or answer 400. Told from "
     "url.insecure-scheme by being encrypted.",
     "Use https:// for the HTTP endpoints and wss:// for the WebSocket ones."},
    {"url.missing-v1", Party::You, "The URL lacks the /v1 that the relay's paths begin with",
     "Clients append /chat/completions to the base URL as it stands. The relay answers 404, some front ends with a web page.",
     "Let the base URL end in /v1."},
    {"url.double-v1", Party::You, "/v1 stands in the URL twice",
     "The base URL already ends in /v1 and the client adds another one. The relay answers 404.",
     "Keep one /v1: in the base URL, or in what the client adds."},
    {"url.key-in-url", Party::You, "A key stands in the URL",
     "A parameter of the query is a key by its name or its form. Relays of this kind read the Authorization header; URLs are written into "
     "the "
     "logs of every proxy and server on the way.",
     "Take it out of the URL and send it as Authorization: Bearer KEY; create a new key if the URL was used."},
    {"url.endpoint-in-base", Party::You, "The base URL already holds the endpoint",
     "It ends in /chat/completions or another endpoint, to which clients append the endpoint once more.", "Cut the base URL after /v1."},
    {"url.wrong-host", Party::You, "The host is not the relay's, but looks almost like it",
     "It differs from a host of the relay in a letter or two or in its ending (.com for .ai). Such names are often registered by others, "
     "who would be sent the key.",
     "Correct the host."},
    {"url.other-provider", Party::You, "The URL is that of a model provider, not of the relay",
     "The host belongs to another provider, whose API does not know the relay's keys: 401. A client whose base URL was never set uses its "
     "maker's host.",
     "Set the base URL to the relay's."},
    {"url.not-the-api", Party::You, "The URL leads to a web page, not to the API",
     "Host or path are those of a console, documentation or sign-in page, which answer with HTML, a redirect or 405.",
     "Use the base URL for the API that the console shows, usually https://api.HOST/v1."},
    {"url.ip-literal", Party::You, "The URL names an IP address instead of a host name",
     "Certificates of public relays name hosts, so that verification fails (62), and a shared front end needs the name to know whom you "
     "want.",
     "Use the relay's host name. To reach a certain address, keep the name in the URL and give it that address in the hosts file "
     "(/etc/hosts)."},
});

}  // namespace

std::span<const FindingCode> url_codes() { return kUrlCodes; }

}  // namespace relaybench::doctor
