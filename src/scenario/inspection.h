#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/node.h"
#include "scenario/problem.h"

namespace relaybench::scenario {

/// Collects every problem of one scenario, in two passes that share paths: reading values from nodes (which learns where each path
/// stands in the file), then checking the finished struct (which has paths but no nodes). Built from flags, only the second happens.
class Inspection {
  public:
    /// `root`: where the whole document begins.
    explicit Inspection(Mark root = {}) { remember(root); }

    /// Undoes one step of the path at the end of its scope.
    class Step {
      public:
        Step(Inspection& inspection, std::size_t path_bytes) : inspection_(inspection), path_bytes_(path_bytes) {}
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;
        ~Step() { inspection_.path_.resize(path_bytes_); }

      private:
        Inspection& inspection_;
        std::size_t path_bytes_;
    };

    /// Goes into a member or an element. A mark with line 0 leaves what is known about the path's place untouched.
    [[nodiscard]] Step into(std::string_view key, Mark mark = {});
    [[nodiscard]] Step into(std::size_t index, Mark mark = {});

    /// A problem of the current path, at its place or that of its nearest known ancestor. A check of a value that could not be read, or
    /// of something that holds one, is not reported: it would blame the user twice for one slip.
    void problem(std::string message);
    /// The same for a member of the current path.
    void problem(std::string_view key, std::string message);
    /// The current path is spoken for, although its problem was reported elsewhere (`ulr` instead of `url`).
    void excuse(std::string_view key);

    /// From now on problems are those of checks.
    void begin_checks() { checking_ = true; }

    /// In the order of the file; without places in the order found.
    [[nodiscard]] std::vector<Problem> take_problems();

  private:
    [[nodiscard]] Mark place() const;
    [[nodiscard]] bool is_excused() const;
    void remember(Mark mark);

    std::string path_;
    std::map<std::string, Mark, std::less<>> marks_;
    std::set<std::string, std::less<>> excused_;
    std::vector<Problem> problems_;
    bool checking_ = false;
};

}  // namespace relaybench::scenario
