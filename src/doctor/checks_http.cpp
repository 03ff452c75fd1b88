#include "doctor/check.h"
#include "doctor/check_body.h"
#include "doctor/completion_use.h"
#include "doctor/connection_use.h"
#include "doctor/key_use.h"
#include "doctor/model_use.h"
#include "doctor/relay_identity.h"

namespace relaybench::doctor {

std::vector<Check> http_checks() {
    return {
        {.id = "http.identity",
         .category = "http",
         .question = "Is it the relay that answers?",
         .needs = {"tls.verify", "url.parse"},
         .run = &check_identity},
        {.id = "http.auth",
         .category = "http",
         .question = "Does the relay accept the key?",
         .needs = {"http.identity", "key.present"},
         .run = &check_auth},
        {.id = "http.ratelimit", .category = "http", .question = "Is the key limited now?", .needs = {"http.auth"}, .run = &check_rate},
        {.id = "model.list",
         .category = "http",
         .question = "Does the relay serve the model?",
         .needs = {"http.auth"},
         .run = &check_model},
        {.id = "http.completion",
         .category = "http",
         .question = "Are requests for completions taken in, as far as that is free?",
         .needs = {"http.auth"},
         .weight = Check::Weight::Optional,
         .run = &check_completion},
        {.id = "http.body", .category = "http", .question = "Do large requests arrive?", .needs = {"http.identity"}, .run = &check_body},
        {.id = "http.keepalive",
         .category = "http",
         .question = "Can a connection be used again?",
         .needs = {"http.identity"},
         .weight = Check::Weight::Optional,
         .run = &check_keep_alive},
        {.id = "http.version",
         .category = "http",
         .question = "Is HTTP/2 offered, and what does it mean for WebSockets?",
         .needs = {"http.identity"},
         .weight = Check::Weight::Optional,
         .run = &check_http_version},
    };
}

}  // namespace relaybench::doctor
