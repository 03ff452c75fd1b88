#include "wire/error_body.h"

#include "wire/error_document.h"
#include "wire/json_document.h"

namespace relaybench::wire {

RelayError read_error_body(int status, std::string_view body) {
    JsonDocument json;
    const auto root = json.parse_stream_text(body);
    // A bare number or word is text that happens to be JSON.
    if (!root || !(root->is_object() || root->is_array() || root->is_string())) {
        return describe_plain_error(status, body);
    }
    RelayError error = describe_error(status, *root);
    if (error.message.empty()) {
        error.message = describe_plain_error(status, body).message;
    }
    return error;
}

bool looks_like_error(std::string_view json) {
    JsonDocument document;
    const auto root = document.parse_stream_text(json);
    simdjson::dom::object fields;
    return root && root->get(fields) == simdjson::SUCCESS && is_error_event(read_fields(fields));
}

}  // namespace relaybench::wire
