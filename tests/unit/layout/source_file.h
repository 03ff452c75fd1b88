#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::layout {

/// A file of the checkout; `path` is relative to its root, with '/'.
struct SourceFile {
    std::string path;
    std::string text;
};

/// "net" of "src/net/loop.cpp"; empty for paths outside src/.
[[nodiscard]] std::string_view folder_of(std::string_view path);
[[nodiscard]] bool is_header(std::string_view path);
[[nodiscard]] bool is_cpp(std::string_view path);

[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// The text with comments and the insides of literals blanked; line numbers stay.
[[nodiscard]] std::string code_of(std::string_view text);

/// Every file of the checkout that is meant to be tracked: build trees, installed packages and hidden folders of tools are left out.
[[nodiscard]] std::vector<SourceFile> checkout(const std::filesystem::path& root);

}  // namespace relaybench::layout
