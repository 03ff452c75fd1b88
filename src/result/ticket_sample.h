#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/random.h"

namespace relaybench::result {

/// A bounded uniform sample of items. Each draws a ticket from (seed, key) and stays while the ticket lies below a limit, which is halved
/// when there are too many: so items of one key stay or go together, in all samples of one seed, and nothing depends on the order of
/// arrival or on how items were dealt to workers. `Item` has a member `ticket`.
template <class Item>
class TicketSample {
  public:
    TicketSample(std::uint64_t seed, std::size_t capacity) : seed_(seed), capacity_(capacity) {}

    void offer(std::uint64_t key, Item item) {
        ++offered_;
        item.ticket = core::Random(seed_).fork(key).next();
        if (item.ticket <= limit_) {
            items_.push_back(std::move(item));
            make_room();
        }
    }

    void merge(const TicketSample& other) {
        offered_ += other.offered_;
        lower_limit(std::min(limit_, other.limit_));
        for (const Item& item : other.items_) {
            if (item.ticket <= limit_)
                items_.push_back(item);
        }
        make_room();
    }

    /// Empty again, with the same seed and capacity.
    void clear() {
        limit_ = std::numeric_limits<std::uint64_t>::max();
        offered_ = 0;
        items_.clear();
    }

    /// Those that stayed, in no order.
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }
    /// Tickets up to this one are all there.
    [[nodiscard]] std::uint64_t limit() const { return limit_; }
    [[nodiscard]] std::uint64_t offered() const { return offered_; }

  private:
    void make_room() {
        while (items_.size() > capacity_ && limit_ > 0)
            lower_limit(limit_ / 2);
    }
    void lower_limit(std::uint64_t limit) {
        if (limit == limit_)
            return;
        limit_ = limit;
        std::erase_if(items_, [limit](const Item& item) { return item.ticket > limit; });
    }

    std::uint64_t seed_;
    std::size_t capacity_;
    std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t offered_ = 0;
    std::vector<Item> items_;
};

}  // namespace relaybench::result
