// Preloaded into a program (LD_PRELOAD): its calendar clock is set or runs too fast from some moment on, for clock_gettime() and for the
// kernel's receive stamps alike. The monotonic clock is untouched. No sandbox can step the kernel's own clock without harm.
//   STEPPED_CLOCK_AFTER_MS  when, after the program's start
//   STEPPED_CLOCK_BY_MS     by how much; may be negative
//   STEPPED_CLOCK_PPM       how much too fast from then on
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int real_gettime(clockid_t clock, timespec* time) {
    static auto* const real = next<decltype(::clock_gettime)>("clock_gettime");
    return real(clock, time);
}

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

std::int64_t real_now() {
    timespec time{};
    real_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(time);
}

std::int64_t setting(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
}

struct Plan {
    std::int64_t from = real_now() + setting("STEPPED_CLOCK_AFTER_MS") * kMillisecond;
    std::int64_t by = setting("STEPPED_CLOCK_BY_MS") * kMillisecond;
    std::int64_t ppm = setting("STEPPED_CLOCK_PPM");
};

/// What the altered clock shows at a true time.
timespec altered(const timespec& time) {
    static const Plan plan;
    const std::int64_t since = nanoseconds(time) - plan.from;
    if (since < 0) {
        return time;
    }
    constexpr std::int64_t kMillion = 1'000'000;
    const std::int64_t shown = nanoseconds(time) + plan.by + since / kMillion * plan.ppm;
    timespec result{};
    result.tv_sec = shown / kSecond;
    result.tv_nsec = shown % kSecond;
    return result;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
    const int result = real_gettime(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) {
        *time = altered(*time);
    }
    return result;
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    static auto* const real = next<decltype(::recvmsg)>("recvmsg");
    const ssize_t got = real(fd, message, flags);
    if (got < 0) {
        return got;
    }
    for (cmsghdr* control = CMSG_FIRSTHDR(message); control != nullptr; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
            timespec time{};
            std::memcpy(&time, CMSG_DATA(control), sizeof time);
            time = altered(time);
            std::memcpy(CMSG_DATA(control), &time, sizeof time);
        }
    }
    return got;
}

}  // extern "C"
