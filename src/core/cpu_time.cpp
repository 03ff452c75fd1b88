#include "core/cpu_time.h"

#include <sys/resource.h>

namespace relaybench::core {

namespace {

Duration duration_of(const timeval& value) { return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec); }

}  // namespace

Duration thread_cpu_time() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
}

}  // namespace relaybench::core
