#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace relaybench::wire {

/// One dispatched server-sent event. The views live until the sink returns.
struct SseEvent {
    std::string_view type;  ///< the event field; empty when there was none (the standard's "message")
    std::string_view data;  ///< lines joined by LF
};

/// Receives what an SseParser finds. Returns false to stop parsing (the rest of the bytes is not looked at).
class SseSink {
  public:
    SseSink() = default;
    SseSink(const SseSink&) = delete;
    SseSink& operator=(const SseSink&) = delete;
    virtual ~SseSink() = default;
    virtual bool on_event(const SseEvent& event) = 0;
    /// A comment line (keep-alives): proof of life, not of progress.
    virtual void on_comment() = 0;
};

/// Server-sent events by the WHATWG rules (HTML Living Standard §9.2.5–9.2.6): CR, LF and CRLF ends, across any split of the bytes; one
/// leading BOM; events without data are not dispatched; a pending event at the end is dropped. An event that arrives whole in one feed()
/// is handed out as a view into those bytes: no copy and no allocation. Lines and events are bounded by `max_event_bytes`.
///
/// The `id` and `retry` fields are read over: a measured stream is never resumed. Bytes that are not UTF-8 are handed on as they are; who
/// reads the data replaces them. What is found does not depend on how the bytes were split. An idle parser takes
/// 24 bytes; one that had to keep part of an event holds on to a few KiB at most for the next.
class SseParser {
  public:
    explicit SseParser(std::size_t max_event_bytes = kDefaultMaxEventBytes) : max_event_bytes_(max_event_bytes) {}

    static constexpr std::size_t kDefaultMaxEventBytes = 4U << 20U;

    enum class Status : std::uint8_t { Ok, Stopped, TooLarge };
    /// After TooLarge or Stopped the parser must not be fed again until reset().
    [[nodiscard]] Status feed(std::string_view bytes, SseSink& sink);
    void reset();

  private:
    class Feed;
    /// What an unfinished event left behind between two feeds.
    struct Carry {
        std::string line;  ///< the beginning of a line whose end has not come
        std::string data;  ///< whole data lines, joined by LF
        std::string type;
        bool has_data = false;
    };

    [[nodiscard]] Carry& carry();
    /// Eats the leading BOM, which may come in pieces; bytes that only looked like one become the beginning of a line.
    [[nodiscard]] std::string_view without_bom(std::string_view bytes);

    std::size_t max_event_bytes_;
    std::unique_ptr<Carry> carry_;        ///< null until an event is split
    std::uint8_t bom_matched_ = 0;        ///< bytes of the BOM seen; 3 when that question is settled
    bool after_carriage_return_ = false;  ///< a LF that comes next belongs to the line end before it
};

}  // namespace relaybench::wire
