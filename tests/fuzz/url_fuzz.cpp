// A URL that is accepted can be written and read again without change, and holds nothing that could split a request.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/require.h"
#include "wire/request.h"
#include "wire/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace wire = relaybench::wire;
    using relaybench::core::require;
    const auto url = wire::parse_url({reinterpret_cast<const char*>(data), size});
    if (!url) {
        return 0;
    }
    const std::string text = url->text();
    for (const char c : text) {
        require(c > ' ' && c < '\x7f', "a byte that does not belong in a URL");
    }
    const auto again = wire::parse_url(text);
    require(again.has_value() && again->text() == text && again->port == url->port && again->host == url->host,
            "the URL changes when read again");
    for (const wire::DialectInfo& about : wire::dialects()) {
        const wire::Url once = wire::endpoint(*url, about.dialect);
        require(once.target.starts_with('/'), "a target without a path");
        require(wire::endpoint(once, about.dialect).text() == once.text(), "the default path is added twice");
    }
    static_cast<void>(wire::is_private(url->host));
    return 0;
}
