#include "result/journal_lines.h"

namespace relaybench::result {

bool LineSource::next() {
    line_.clear();
    is_whole_ = false;
    bool any = false;
    auto* buffer = stream_.rdbuf();
    for (int byte = buffer->sbumpc(); byte != std::istream::traits_type::eof(); byte = buffer->sbumpc()) {
        any = true;
        if (byte == '\n') {
            is_whole_ = line_.size() < max_bytes_;
            break;
        }
        if (line_.size() < max_bytes_)
            line_.push_back(static_cast<char>(byte));
    }
    number_ += any ? 1 : 0;
    return any;
}

}  // namespace relaybench::result
