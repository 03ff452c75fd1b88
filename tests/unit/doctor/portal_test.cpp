#include "doctor/portal.h"

#include <doctest/doctest.h>

#include "doctor/ask_portal.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::Confidence;

HttpReply reply_with(int status, std::vector<wire::Header> headers = {}, const char* body = "") {
    HttpReply reply;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = body;
    reply.end = HttpReply::End::Complete;
    return reply;
}

PortalSigns signs(HttpReply from_relay) {
    return {.host = "api.relay.test", .nonce = "rb-1", .from_relay = std::move(from_relay), .from_nowhere = {}};
}

TEST_CASE("portal: a foreign redirect is a suspicion, and the same from nowhere a proof") {
    PortalSigns made = signs(reply_with(302, {{"location", "http://login.hotel.example/"}}));
    CHECK(judge_portal(made) == PortalVerdict::Suspected);
    made.from_nowhere = reply_with(302, {{"location", "http://login.hotel.example/"}});
    CHECK(judge_portal(made) == PortalVerdict::Portal);
    CHECK(portal_name(made.from_relay) == "login.hotel.example");
}

TEST_CASE("portal: what relays and their front ends answer on port 80 is none") {
    CHECK(judge_portal(signs(reply_with(204, {{"x-hs-challenge", "rb-1"}}))) == PortalVerdict::Relay);
    CHECK(judge_portal(signs(reply_with(301, {{"location", "https://api.relay.test/generate_204"}}))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(301, {{"location", "https://www.relay.test/"}}))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(404, {{"content-type", "text/html"}}, "<html>"))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(0))) == PortalVerdict::Unknown);
}

TEST_CASE("portal: a page for everything, and the status made for portals") {
    PortalSigns page = signs(reply_with(200, {{"content-type", "text/html"}}, "<html>sign in</html>"));
    CHECK(judge_portal(page) == PortalVerdict::Suspected);
    page.from_nowhere = reply_with(200, {}, "<html>");
    CHECK(judge_portal(page) == PortalVerdict::Portal);
    CHECK(judge_portal(signs(reply_with(511))) == PortalVerdict::Portal);
    const HttpReply hotspot = reply_with(200, {}, "<!--<WISPAccessGatewayParam>--> <html>");
    CHECK(judge_portal(signs(hotspot)) == PortalVerdict::Portal);
    // A company's relay may send browsers to a login; whether it is a portal shows in the certificate.
    CHECK(judge_portal(signs(reply_with(302, {{"location", "http://192.168.1.1/"}}))) == PortalVerdict::Suspected);
}

TEST_CASE("portal: a web site at port 80 is no reason to suspect anybody, and a page without a type is a page") {
    PortalSigns site = signs(reply_with(200, {{"content-type", "text/html"}}, "<html>Our product</html>"));
    CHECK(judge_portal(site) == PortalVerdict::Unknown);
    site.from_nowhere = reply_with(200, {{"content-type", "text/html"}}, "<html>Our product</html>");
    CHECK(judge_portal(site) == PortalVerdict::Portal);
    CHECK(looks_foreign(signs(reply_with(200, {}, "\xef\xbb\xbf <script>location='http://10.0.0.1/'</script>"))));
    CHECK_FALSE(looks_foreign(signs(reply_with(200, {{"content-type", "application/json"}}, "{}"))));
}

TEST_CASE("portal: a page that forbids is told from one that asks for a sign-in") {
    const HttpReply blocked = reply_with(200, {{"content-type", "text/html"}}, "<html>Access Denied: use the proxy</html>");
    PortalSigns made = signs(blocked);
    CHECK(judge_portal(made) == PortalVerdict::Suspected);
    made.from_nowhere = blocked;
    CHECK(judge_portal(made) == PortalVerdict::BlockPage);
    CHECK(kind_of_page(reply_with(302, {{"location", "http://10.0.0.1/login?to=x"}})) == PageKind::SignIn);
    CHECK(kind_of_page(reply_with(302, {{"location", "http://blockpage.corp/"}})) == PageKind::Block);
    CHECK(kind_of_page(reply_with(302, {{"location", "http://10.0.0.1/"}})) == PageKind::Unclear);
    // Some do both: a page that forbids, with a field for those who may.
    CHECK(kind_of_page(reply_with(200, {}, "<html>Blocked. Log in to override</html>")) == PageKind::Unclear);
    CHECK(kind_of_page(reply_with(511, {}, "<html>Access denied</html>")) == PageKind::SignIn);
}

TEST_CASE("portal: before a proxy it is proven by its own word alone, and a company's block page leaves the proxy the cause") {
    CHECK_FALSE(judge_before_proxy(reply_with(404)).portal);
    const auto signing_in = judge_before_proxy(reply_with(302, {{"location", "http://login.hotel.example/"}}));
    REQUIRE(signing_in.portal);
    CHECK(signing_in.portal->confidence == Confidence::Likely);
    CHECK(judge_before_proxy(reply_with(511)).portal->confidence == Confidence::Proven);
    const auto unclear = judge_before_proxy(reply_with(302, {{"location", "http://10.0.0.1/"}}));
    REQUIRE(unclear.portal);
    CHECK(unclear.portal->cause.find("the proxy is what is wrong") != std::string::npos);
    const auto blocked = judge_before_proxy(reply_with(302, {{"location", "http://denied.corp.example/denied"}}));
    CHECK_FALSE(blocked.portal);
    CHECK(blocked.block_page == "denied.corp.example");
}

}  // namespace
}  // namespace relaybench::doctor
