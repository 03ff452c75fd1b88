#include "scenario/relay_fields.h"

#include "scenario/connect_to.h"
#include "wire/dialect.h"

namespace relaybench::scenario {

namespace {

ChoiceCodec<wire::Dialect> dialect_codec() {
    ChoiceCodec<wire::Dialect> codec;
    for (const wire::DialectInfo& info : wire::dialects()) {
        codec.words.emplace_back(info.id, info.dialect);
    }
    return codec;
}

Field<Relay> headers_field() {
    Field<Relay> field;
    field.shape = {.name = "headers",
                   .doc = "Headers to send along, by name; a name that relaybench sets too replaces it. No keys here: use key_env.",
                   .value = {.kind = ValueShape::Kind::TextMap}};
    field.read = [](Relay& relay, const Node& node, Inspection& inspection) {
        if (node.kind != Node::Kind::Map) {
            return inspection.problem(fmt::format("found {}, expected a map of header names and values", shown(node)));
        }
        for (std::size_t i = 0; i < node.keys.size(); ++i) {
            const Inspection::Step step = inspection.into(shown(node.keys[i]), node.keys[i].mark);
            if (auto value = TextCodec{}.read(node.items[i])) {
                relay.headers.push_back({node.keys[i].text, *std::move(value)});
            } else {
                inspection.problem(std::move(value.error()));
            }
        }
    };
    return field;
}

void read_connect_to(Relay& relay, const Node& node, Inspection& inspection) {
    const auto text = TextCodec{}.read(node);
    if (!text) {
        return inspection.problem(text.error());
    }
    if (auto rule = parse_connect_to(*text)) {
        relay.connect_to.push_back(*std::move(rule));
    } else {
        inspection.problem(rule.error().message);
    }
}

/// One text or a list of them, as they are.
Field<Relay> texts_field(std::string_view name, std::string_view doc, std::vector<std::string> Relay::*member) {
    const ValueShape text{.kind = ValueShape::Kind::Text};
    Field<Relay> field;
    field.shape = {.name = std::string(name),
                   .doc = std::string(doc),
                   .value = {.kind = ValueShape::Kind::AnyOf, .parts = {text, {.kind = ValueShape::Kind::List, .parts = {text}}}}};
    field.read = [member](Relay& relay, const Node& node, Inspection& inspection) {
        const auto read_one = [&](const Node& item) {
            if (auto value = TextCodec{}.read(item)) {
                (relay.*member).push_back(*std::move(value));
            } else {
                inspection.problem(std::move(value.error()));
            }
        };
        if (node.kind == Node::Kind::Scalar) {
            return read_one(node);
        }
        read_list(node, "a text or a list of texts", inspection, read_one);
    };
    return field;
}

Field<Relay> connect_to_field() {
    const ValueShape text{.kind = ValueShape::Kind::Text};
    Field<Relay> field;
    field.shape = {.name = "connect_to",
                   .doc = "Where connections really go, as curl's --connect-to: HOST:PORT:ADDRESS:PORT, one or a list.",
                   .value = {.kind = ValueShape::Kind::AnyOf, .parts = {text, {.kind = ValueShape::Kind::List, .parts = {text}}}}};
    field.read = [](Relay& relay, const Node& node, Inspection& inspection) {
        if (node.kind == Node::Kind::Scalar) {
            return read_connect_to(relay, node, inspection);
        }
        read_list(node, "HOST:PORT:ADDRESS:PORT or a list of them", inspection,
                  [&](const Node& item) { read_connect_to(relay, item, inspection); });
    };
    return field;
}

void add_target_fields(std::vector<Field<Relay>>& fields) {
    fields.push_back(scalar<Relay>("name", "How results and gates call this relay; default: the embedded profile or the host.",
                                   &Relay::name, TextCodec{}));
    fields.push_back(scalar<Relay>("url",
                                   "Where the relay is: https:// or http:// for SSE, wss:// or ws:// for WebSocket dialects. The "
                                   "dialect's path is added when there is none or it ends in /v1.",
                                   &Relay::url, TextCodec{}));
    fields.push_back(scalar<Relay>("embedded", "Instead of a url: a profile of the embedded relay such as fast or slow, or a profile file.",
                                   &Relay::embedded, TextCodec{}));
    fields.push_back(scalar<Relay>("dialect", "How the relay is spoken to.", &Relay::dialect, dialect_codec()));
    fields.push_back(scalar<Relay>("model", "Name of the model to ask for.", &Relay::model, TextCodec{}));
    fields.push_back(scalar<Relay>("price", "USD for a million output tokens, for --dry-run; default: what the price table says.",
                                   &Relay::price, NumberCodec{{0, 100'000}}));
}

void add_doctor_fields(std::vector<Field<Relay>>& fields) {
    fields.push_back(texts_field("control", "For doctor: hosts to reach as well, HOST or HOST:PORT, one or a list.", &Relay::control));
    fields.push_back(texts_field("key_format", "For doctor: regular expressions of the keys that this relay takes, one or a list.",
                                 &Relay::key_formats));
}

void add_connection_fields(std::vector<Field<Relay>>& fields) {
    fields.push_back(scalar<Relay>("key_env", "Environment variable that holds the key.", &Relay::key_env, TextCodec{}));
    fields.push_back(scalar<Relay>("key_file", "File that holds the key; - is standard input.", &Relay::key_file, TextCodec{}));
    fields.push_back(headers_field());
    fields.push_back(scalar<Relay>("origin", "Origin header to send.", &Relay::origin, TextCodec{}));
    fields.push_back(scalar<Relay>("subprotocol", "WebSocket sub-protocol to offer.", &Relay::subprotocol, TextCodec{}));
    fields.push_back(scalar<Relay>("compression", "Compression of messages to ask for (ws-stream).", &Relay::compression,
                                   ChoiceCodec<wire::Compression>{{{"none", wire::Compression::None}, {"zstd", wire::Compression::Zstd}}}));
    fields.push_back(
        scalar<Relay>("include_usage", "Ask for the token usage at the end of a stream.", &Relay::include_usage, BooleanCodec{}));
    fields.push_back(scalar<Relay>("cacert", "PEM file of the certificate authorities to trust.", &Relay::ca_file, TextCodec{}));
    fields.push_back(scalar<Relay>("insecure", "Do not verify TLS certificates; said loudly in the result.", &Relay::verify_tls,
                                   BooleanCodec{.written_true = false}));
    fields.push_back(connect_to_field());
    fields.push_back(scalar<Relay>("proxy",
                                   "Forward proxy, http://HOST:PORT, asked by CONNECT; none goes direct. Default: https_proxy, http_proxy, "
                                   "all_proxy and no_proxy of the environment.",
                                   &Relay::proxy, TextCodec{}));
    fields.push_back(scalar<Relay>("proxy_auth_env", "Environment variable that holds user:password for the proxy.", &Relay::proxy_auth_env,
                                   TextCodec{}));
}

Table<Relay> make_table() {
    Table<Relay> table;
    add_target_fields(table.fields);
    add_connection_fields(table.fields);
    add_doctor_fields(table.fields);
    table.exclusive = {
        {{"url", "embedded"}, Exclusive::Need::ExactlyOne, "url for a real relay, embedded for the built-in one"},
        {{"key_env", "key_file"}, Exclusive::Need::AtMostOne, "key_env for an environment variable, key_file for a file"},
    };
    return table;
}

}  // namespace

const Table<Relay>& relay_table() {
    static const Table<Relay> kTable = make_table();
    return kTable;
}

}  // namespace relaybench::scenario
