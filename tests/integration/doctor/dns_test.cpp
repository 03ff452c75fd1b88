#include "doctor/dns_query.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "doctor/socket.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using End = DnsAnswer::End;

constexpr std::size_t kHeaderBytes = 12;
constexpr unsigned char kTypeAaaa = 28;

/// A resolver on a loopback port that answers each question (its bytes) with what `script` makes of it; an empty answer is silence.
class Resolver {
  public:
    explicit Resolver(std::function<std::string(std::string)> script) : script_(std::move(script)), fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        socklen_t size = sizeof address;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        server_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    ~Resolver() {
        thread_.request_stop();
        thread_.join();
        ::close(fd_);
    }

    [[nodiscard]] const std::string& server() const { return server_; }

  private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            if (await_readable(fd_, now() + 20ms) == Readiness::TimedOut) {
                continue;
            }
            std::array<char, 512> buffer{};
            sockaddr_in peer{};
            socklen_t size = sizeof peer;
            const ssize_t got = recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
            const std::string answer = got > 0 ? script_({buffer.data(), static_cast<std::size_t>(got)}) : "";
            if (!answer.empty()) {
                sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&peer), size);
            }
        }
    }

    std::function<std::string(std::string)> script_;
    int fd_;
    std::string server_;
    std::jthread thread_;
};

bool asks_for_aaaa(const std::string& question) {
    const std::size_t name_end = question.find('\0', kHeaderBytes);
    return question[name_end + 2] == static_cast<char>(kTypeAaaa);
}

/// The question with its flags set to an answer of this code, and `records` behind the question (RFC 1035 §4.1.1).
std::string answer(std::string question, int code, int count = 0, const std::string& records = "") {
    question.resize(question.find('\0', kHeaderBytes) + 5);
    question[2] = static_cast<char>(0x81);
    question[3] = static_cast<char>(0x80 | code);
    question[7] = static_cast<char>(count);
    question[8] = question[9] = question[10] = question[11] = '\0';
    return question + records;
}

std::string a_record() { return std::string("\xC0\x0C\x00\x01\x00\x01\x00\x00\x00\x3C\x00\x04\x0A\x01\x02\x03", 16); }

DnsAnswer asked(std::function<std::string(std::string)> script, RecordType type = RecordType::A, core::Duration budget = 2s) {
    const Resolver resolver(std::move(script));
    return ask_resolver(resolver.server(), "relay.test", type, budget);
}

TEST_CASE("dns: an address is found, and how long it took") {
    const DnsAnswer found = asked([](const std::string& question) { return answer(question, 0, 1, a_record()); });
    CHECK(found.end == End::Addresses);
    CHECK(found.addresses == std::vector<std::string>{"10.1.2.3"});
    CHECK(found.took > core::Duration::zero());
}

TEST_CASE("dns: each way of refusing is told apart") {
    CHECK(asked([](const std::string& question) { return answer(question, 3); }).end == End::NoSuchName);
    CHECK(asked([](const std::string& question) { return answer(question, 2); }).end == End::ServerFailure);
    CHECK(asked([](const std::string& question) { return answer(question, 5); }).end == End::Refused);
    CHECK(asked([](const std::string& question) { return answer(question, 0); }).end == End::NoData);
    CHECK(asked([](const std::string& /*question*/) { return std::string(); }, RecordType::A, 300ms).end == End::TimedOut);
}

TEST_CASE("dns: a resolver that drops IPv6 questions answers the others") {
    const auto script = [](const std::string& question) {
        return asks_for_aaaa(question) ? std::string() : answer(question, 0, 1, a_record());
    };
    CHECK(asked(script, RecordType::A).end == End::Addresses);
    CHECK(asked(script, RecordType::Aaaa, 300ms).end == End::TimedOut);
}

TEST_CASE("dns: garbage is no answer, and costs no more than the budget") {
    const auto began = now();
    const DnsAnswer found = asked([](const std::string& /*question*/) { return std::string("\xff\xff garbage"); }, RecordType::A, 400ms);
    CHECK(found.end != End::Addresses);
    CHECK(now() - began < 5s);
}

TEST_CASE("dns: the machine's own lookup knows localhost and gives up on names that cannot be") {
    CHECK_FALSE(look_up("localhost", 5s).addresses.empty());
    CHECK(look_up("no-such-name.invalid", 5s).addresses.empty());
}

}  // namespace
}  // namespace relaybench::doctor
