#include <iterator>

#include "doctor/check.h"

namespace relaybench::doctor {

std::vector<Check> catalogue() {
    std::vector<Check> all;
    for (const auto part :
         {&key_checks, &url_checks, &environment_checks, &dns_checks, &captive_checks, &tcp_checks, &proxy_checks, &control_checks,
          &tls_checks, &http_checks, &sse_checks, &websocket_checks, &real_checks, &idle_checks, &browser_checks}) {
        auto checks = part();
        all.insert(all.end(), std::make_move_iterator(checks.begin()), std::make_move_iterator(checks.end()));
    }
    return all;
}

}  // namespace relaybench::doctor
