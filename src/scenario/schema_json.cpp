#include "scenario/schema_json.h"

#include <nlohmann/json.hpp>

#include "scenario/scenario_fields.h"
#include "scenario/value_shape.h"

namespace relaybench::scenario {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDurationPattern = "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$";
constexpr const char* kRatePattern = "^[0-9]+(\\.[0-9]+)?(/(s|min|h))?$";
constexpr const char* kCountPattern = "^[0-9]+[kM]?$";

Json shape_json(const ValueShape& shape);

/// YAML reads these defaults as numbers or booleans, so the schema must show them as such.
Json default_json(const FieldShape& field) {
    using Kind = ValueShape::Kind;
    const Kind kind = field.value.kind;
    const bool is_plain = kind == Kind::Count || kind == Kind::Number || kind == Kind::Boolean;
    return is_plain ? Json::parse(*field.default_text) : Json(*field.default_text);
}

Json field_json(const FieldShape& field) {
    Json json{{"description", field.doc}};
    json.update(shape_json(field.value));
    if (field.default_text) {
        json["default"] = default_json(field);
    }
    return json;
}

/// At most one of the keys: no two of them together.
void add_exclusive(Json& all_of, const Exclusive& rule) {
    for (std::size_t i = 0; i < rule.keys.size(); ++i) {
        for (std::size_t j = i + 1; j < rule.keys.size(); ++j) {
            all_of.push_back({{"not", {{"required", {rule.keys[i], rule.keys[j]}}}}});
        }
    }
    if (rule.need == Exclusive::Need::ExactlyOne) {
        Json any_of = Json::array();
        for (const std::string& key : rule.keys) {
            any_of.push_back({{"required", Json::array({key})}});
        }
        all_of.push_back({{"anyOf", any_of}});
    }
}

Json map_json(const ValueShape& shape) {
    Json properties = Json::object();
    Json required = Json::array();
    Json all_of = Json::array();
    for (const FieldShape& field : shape.fields) {
        properties[field.name] = field_json(field);
        if (field.required) {
            required.push_back(field.name);
        }
    }
    for (const Exclusive& rule : shape.exclusive) {
        add_exclusive(all_of, rule);
    }
    Json json{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
    if (!required.empty()) {
        json["required"] = required;
    }
    if (!all_of.empty()) {
        json["allOf"] = all_of;
    }
    return json;
}

Json bounded(const ValueShape& shape, Json json) {
    if (shape.minimum) {
        json["minimum"] = *shape.minimum;
    }
    if (shape.maximum) {
        json["maximum"] = *shape.maximum;
    }
    return json;
}

Json count_json(const ValueShape& shape) {
    Json json{{"type", {"integer", "string"}}, {"pattern", kCountPattern}};
    json["minimum"] = static_cast<std::uint64_t>(shape.minimum.value_or(0));
    json["maximum"] = static_cast<std::uint64_t>(shape.maximum.value_or(0));
    return json;
}

Json any_of_json(const ValueShape& shape) {
    Json parts = Json::array();
    for (const ValueShape& part : shape.parts) {
        parts.push_back(shape_json(part));
    }
    return {{"anyOf", parts}};
}

Json shape_json(const ValueShape& shape) {
    switch (shape.kind) {
        case ValueShape::Kind::Text:
            return {{"type", "string"}};
        case ValueShape::Kind::Boolean:
            return {{"type", "boolean"}};
        case ValueShape::Kind::Count:
            return count_json(shape);
        case ValueShape::Kind::Number:
            return bounded(shape, {{"type", "number"}});
        case ValueShape::Kind::Duration:
            return {{"type", "string"}, {"pattern", kDurationPattern}};
        case ValueShape::Kind::Rate:
            return {{"type", {"string", "number"}}, {"pattern", kRatePattern}, {"minimum", 0}};
        case ValueShape::Kind::Choice:
            return {{"enum", shape.choices}};
        case ValueShape::Kind::List:
            return {{"type", "array"}, {"items", shape_json(shape.parts.front())}};
        case ValueShape::Kind::TextMap:
            return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
        case ValueShape::Kind::Map:
            return map_json(shape);
        case ValueShape::Kind::AnyOf:
            return any_of_json(shape);
    }
    return Json::object();
}

}  // namespace

std::string scenario_schema() {
    constexpr int kIndent = 2;
    Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                {"$comment", "Generated from the tables of src/scenario; a test keeps the two equal."},
                {"title", "relaybench scenario"},
                {"description", "What relaybench run and relaybench compare measure."}};
    schema.update(map_json(map_shape(scenario_table())));
    return schema.dump(kIndent) + '\n';
}

}  // namespace relaybench::scenario
