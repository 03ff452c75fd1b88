#include "doctor/idn.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "doctor/static_checks.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace test = relaybench::test;

TEST_CASE("idn: hosts in other letters become the names that are sent") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"https://bücher.example/v1", "https://xn--bcher-kva.example/v1"},
        {"https://BÜCHER.example:8443/v1?model=ü", "https://xn--bcher-kva.example:8443/v1?model=ü"},
        {"wss://例え.jp/v1/stream", "wss://xn--r8jz45g.jp/v1/stream"},
        {"https://сервер.рф", "https://xn--b1afb6bcb.xn--p1ai"},
        {"https://中文测试.example", "https://xn--fiq228copfr97a.example"},
        {"https://api。holysheep．ai/v1", "https://api.holysheep.ai/v1"},
    };
    for (const auto& [written, sent] : cases) {
        const std::string shown(written);
        CAPTURE(shown);
        CHECK(doctor::with_ascii_host(written) == sent);
    }
}

TEST_CASE("idn: what is no name in other letters comes back as it is") {
    for (const char* url :
         {"https://api.holysheep.ai/v1", "https://API.example/ü", "“https://bücher.example”", "https://b\u200bucher.example/v1",
          "https://me:ü@host/v1", "https://[::1]/v1", "bücher.example", "https://\xff.example", "", "https://b ü.example"}) {
        CAPTURE(url);
        CHECK(doctor::with_ascii_host(url) == url);
    }
}

TEST_CASE("idn: a name that differs in letters of another script alone is a disguise") {
    CHECK(doctor::is_disguised("https://арi.holysheep.ai/v1", "api.holysheep.ai"));
    CHECK(doctor::is_disguised("https://api.holуshеер.ai/v1", "api.holysheep.ai"));
    CHECK(doctor::is_disguised("https://арі.hоlуѕhеер.ai/v1", "api.holysheep.ai"));
    CHECK(doctor::is_disguised("https://ápi.hólýshèép.ai/v1", "api.holysheep.ai"));
    // As many letters, and none that looks like the other's: a name of its own.
    for (const char* other : {"https://api.holysheep.ai/v1", "https://bücher.example/v1", "https://ари.example.ai/v1",
                              "https://例え中.例え中文测试例え中.ai/v1", "https://дом.жизньщит.ai/v1", ""}) {
        CAPTURE(other);
        CHECK_FALSE(doctor::is_disguised(other, "api.holysheep.ai"));
    }
}

TEST_CASE("idn: other letters are a warning, a disguise is another host") {
    const auto seen = [](const std::string& written, auto* check) {
        doctor::Subject subject = test::subject_with_url(doctor::with_ascii_host(written));
        subject.written_url = written;
        return test::seen(check(subject));
    };
    CHECK(seen("https://bücher.example/v1", doctor::check_url_parse) == "warn url.untidy");
    CHECK(seen("https://api.holysheep.ai/v1", doctor::check_url_parse) == "pass");
    CHECK(seen("https://api.holуsheep.ai/v1", doctor::check_url_host) == "fail url.wrong-host");
    CHECK(seen("https://b\u200bucher.example/v1", doctor::check_url_parse) == "fail url.malformed");
}
