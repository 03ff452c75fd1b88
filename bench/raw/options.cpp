#include "raw/options.h"

#include <charconv>
#include <cstdio>
#include <span>
#include <string_view>

namespace relaybench::bench {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size();
}

bool read_wire(std::string_view dialect, Wire& into) {
    into = dialect == "stream-ws" ? Wire::WebSocket : Wire::Sse;
    return dialect == "stream-ws" || dialect == "chat-sse";
}

bool read_option(std::string_view name, std::string_view value, Options& options) {
    if (name == "--dialect") {
        return read_wire(value, options.wire);
    }
    if (name == "--port") {
        return read_number(value, options.port);
    }
    if (name == "--streams") {
        return read_number(value, options.streams);
    }
    if (name == "--seconds") {
        return read_number(value, options.seconds);
    }
    if (name == "--max-tokens") {
        return read_number(value, options.max_tokens);
    }
    if (name == "--tls") {
        options.tls = value == "yes";
        return value == "yes" || value == "no";
    }
    return name == "--cpu" && read_number(value, options.cpu.emplace());
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
    Options options;
    const std::span<char*> words(argv + 1, static_cast<std::size_t>(argc - 1));
    for (std::size_t i = 0; i < words.size(); i += 2) {
        if (i + 1 == words.size() || !read_option(words[i], words[i + 1], options)) {
            std::fprintf(stderr, "raw_reader: cannot use '%s %s'; see bench/raw/options.h\n", words[i],
                         i + 1 < words.size() ? words[i + 1] : "");
            return std::nullopt;
        }
    }
    if (options.port == 0 || options.streams == 0 || options.seconds == 0) {
        std::fputs("raw_reader: --port, --streams and --seconds must be above 0\n", stderr);
        return std::nullopt;
    }
    return options;
}

}  // namespace relaybench::bench
