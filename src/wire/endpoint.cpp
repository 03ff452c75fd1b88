#include <cstddef>
#include <string_view>

#include "wire/request.h"

namespace relaybench::wire {
namespace {

std::string_view scheme_for(const Url& url, Carrier carrier) {
    if (carrier == Carrier::WebSocket) {
        return url.secure() ? "wss" : "ws";
    }
    return url.secure() ? "https" : "http";
}

std::string with_default_path(std::string_view target, std::string_view default_path) {
    constexpr std::string_view kVersion = "/v1";
    const std::size_t query = target.find('?');
    std::string_view path = target.substr(0, query);
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (!path.empty() && !path.ends_with(kVersion)) {
        return std::string(target);
    }
    if (path.ends_with(kVersion)) {
        path.remove_suffix(kVersion.size());
    }
    const std::string_view rest = query == std::string_view::npos ? std::string_view{} : target.substr(query);
    return std::string(path).append(default_path).append(rest);
}

}  // namespace

Url endpoint(const Url& url, Dialect dialect) {
    const DialectInfo& about = info(dialect);
    Url result = url;
    result.scheme = scheme_for(url, about.carrier);
    result.target = with_default_path(url.target, about.default_path);
    return result;
}

}  // namespace relaybench::wire
