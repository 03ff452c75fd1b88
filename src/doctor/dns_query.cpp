#include "doctor/dns_query.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/socket.h"

namespace relaybench::doctor {

namespace {

using End = DnsAnswer::End;

struct Asked {
    bool done = false;
    int status = ARES_ETIMEOUT;
    std::vector<std::string> addresses;
};

void note_answer(void* argument, int status, int /*timeouts*/, ares_addrinfo* result) {
    auto& asked = *static_cast<Asked*>(argument);
    asked.done = true;
    asked.status = status;
    for (const ares_addrinfo_node* node = result != nullptr ? result->nodes : nullptr; node != nullptr; node = node->ai_next) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        const void* address = node->ai_family == AF_INET
                                  ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr)
                                  : &reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr;
        if (inet_ntop(node->ai_family, address, text.data(), text.size()) != nullptr) {
            asked.addresses.emplace_back(text.data());
        }
    }
    ares_freeaddrinfo(result);
}

struct DestroyChannel {
    void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using AresChannel = std::unique_ptr<std::remove_pointer_t<ares_channel>, DestroyChannel>;

/// A lost datagram is no dead resolver: after this the question is sent once more.
constexpr core::Duration kFirstTry = std::chrono::seconds(2);

int flag_of(DnsTransport transport) {
    switch (transport) {
        case DnsTransport::Tcp:
            return ARES_FLAG_USEVC;
        case DnsTransport::UdpAlone:
            return ARES_FLAG_IGNTC;
        case DnsTransport::Extended:
            return ARES_FLAG_EDNS;
        case DnsTransport::Udp:
            break;
    }
    return 0;
}

AresChannel channel_to(const std::string& server, core::Duration budget, DnsTransport transport) {
    ares_options options{};
    options.timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(std::min(budget, kFirstTry)).count());
    options.tries = budget > kFirstTry ? 2 : 1;
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | flag_of(transport);
    options.ndots = 1;  // the name and nothing else: NOSEARCH alone does not keep ares_getaddrinfo from the search list
    options.ndomains = 0;
    std::array<char, 2> dns_only{'b', '\0'};
    options.lookups = dns_only.data();
    ares_channel channel = nullptr;
    constexpr int kSet = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_FLAGS | ARES_OPT_LOOKUPS | ARES_OPT_NDOTS | ARES_OPT_DOMAINS;
    if (ares_init_options(&channel, &options, kSet) != ARES_SUCCESS) {
        return nullptr;
    }
    AresChannel owner(channel);
    return ares_set_servers_ports_csv(channel, server.c_str()) == ARES_SUCCESS ? std::move(owner) : nullptr;
}

void serve(ares_channel channel, const Asked& asked, Deadline deadline) {
    while (!asked.done && now() < deadline) {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        const int wanted = ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size()));
        std::vector<pollfd> watched;
        for (unsigned i = 0; i < sockets.size(); ++i) {
            const short events = static_cast<short>((ARES_GETSOCK_READABLE(static_cast<unsigned>(wanted), i) != 0 ? POLLIN : 0) |
                                                    (ARES_GETSOCK_WRITABLE(static_cast<unsigned>(wanted), i) != 0 ? POLLOUT : 0));
            if (events != 0) {
                watched.push_back({.fd = sockets[i], .events = events, .revents = 0});
            }
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 50)));
        for (const pollfd& one : watched) {
            ares_process_fd(channel, (one.revents & (POLLIN | POLLERR | POLLHUP)) != 0 ? one.fd : ARES_SOCKET_BAD,
                            (one.revents & POLLOUT) != 0 ? one.fd : ARES_SOCKET_BAD);
        }
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
}

End end_of(int status) {
    switch (status) {
        case ARES_SUCCESS:
            return End::Addresses;
        case ARES_ENODATA:
            return End::NoData;
        case ARES_ENOTFOUND:
            return End::NoSuchName;
        case ARES_ESERVFAIL:
            return End::ServerFailure;
        case ARES_EREFUSED:
            return End::Refused;
        case ARES_ETIMEOUT:
            return End::TimedOut;
        case ARES_ECONNREFUSED:
            return End::Unreachable;
        default:
            return End::Other;
    }
}

std::string_view words(End end) {
    switch (end) {
        case End::NotAsked:
            return "not asked";
        case End::Addresses:
            return "addresses";
        case End::NoData:
            return "no such record";
        case End::NoSuchName:
            return "NXDOMAIN";
        case End::ServerFailure:
            return "SERVFAIL";
        case End::Refused:
            return "REFUSED";
        case End::TimedOut:
            return "no answer";
        case End::Unreachable:
            return "not reachable";
        case End::Other:
            return "no valid answer";
    }
    return "";
}

/// Waits as long as the system does.
SystemLookup look_up_here(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;  // what programs of this machine would try
    addrinfo* list = nullptr;
    SystemLookup result;
    result.error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    for (const addrinfo* node = list; node != nullptr; node = node->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(node->ai_addr, node->ai_addrlen, text.data(), static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST) ==
            0) {
            result.addresses.emplace_back(text.data());
        }
    }
    if (list != nullptr) {
        freeaddrinfo(list);
    }
    return result;
}

}  // namespace

std::string DnsAnswer::text() const {
    const std::string_view type_text = type == RecordType::A ? "A" : "AAAA";
    if (end == End::Addresses) {
        return fmt::format("{} {} in {}", type_text, fmt::join(addresses, ", "), core::human_duration(took));
    }
    return fmt::format("{} {} after {}", type_text, words(end), core::human_duration(took));
}

DnsAnswer ask_resolver(const std::string& server, const std::string& name, RecordType type, core::Duration budget, DnsTransport transport) {
    DnsAnswer answer;
    answer.server = server;
    answer.type = type;
    if (budget.count() <= 0) {
        return answer;
    }
    const core::TimePoint began = now();
    const AresChannel channel = channel_to(server, budget, transport);
    if (!channel) {
        return answer;
    }
    Asked asked;
    ares_addrinfo_hints hints{};
    hints.ai_family = type == RecordType::A ? AF_INET : AF_INET6;
    hints.ai_flags = ARES_AI_NOSORT | ARES_AI_NUMERICSERV;
    ares_getaddrinfo(channel.get(), name.c_str(), nullptr, &hints, &note_answer, &asked);
    serve(channel.get(), asked, began + budget);
    answer.took = now() - began;
    answer.end = asked.done ? end_of(asked.status) : End::TimedOut;
    answer.addresses = asked.addresses;
    ares_cancel(channel.get());
    return answer;
}

/// Shared with a thread that may outlive whoever asked.
struct PendingLookup::State {
    std::mutex mutex;
    std::condition_variable ended;
    bool done = false;
    SystemLookup result;
};

PendingLookup::PendingLookup(const std::string& host) : state_(std::make_shared<State>()), began_(now()) {
    std::thread([state = state_, host, began = began_] {
        SystemLookup result = look_up_here(host);
        result.took = now() - began;
        const std::lock_guard lock(state->mutex);
        state->result = std::move(result);
        state->done = true;
        state->ended.notify_all();
    }).detach();
}

SystemLookup PendingLookup::wait(core::Duration since_began, core::TimePoint ends) const {
    std::unique_lock lock(state_->mutex);
    if (state_->ended.wait_until(lock, std::min(began_ + since_began, ends), [&] { return state_->done; })) {
        return state_->result;
    }
    SystemLookup unfinished;
    unfinished.timed_out = true;
    unfinished.took = now() - began_;
    return unfinished;
}

SystemLookup look_up(const std::string& host, core::Duration budget) { return PendingLookup(host).wait(budget); }

}  // namespace relaybench::doctor
