#include "unit/layout/source_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

namespace relaybench::layout {
namespace {

bool is_left_out(const std::filesystem::path& name) {
    constexpr std::array<std::string_view, 4> kNames = {"build", "node_modules", ".git", "__pycache__"};
    return std::ranges::find(kNames, name.string()) != kNames.end();
}

/// The position after the comment or literal that starts at `at`, or `at` itself when there is none.
std::size_t end_of_token(std::string_view text, std::size_t at) {
    const auto after = [&](std::string_view mark, std::size_t from) {
        const std::size_t found = text.find(mark, from);
        return found == std::string_view::npos ? text.size() : found + mark.size();
    };
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) {
        return std::min(text.find('\n', at), text.size());
    }
    if (rest.starts_with("/*")) {
        return after("*/", at + 2);
    }
    if (rest.starts_with("R\"")) {
        const std::size_t open = text.find('(', at);
        return open == std::string_view::npos ? text.size() : after(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
    }
    const bool digit_separator = rest.front() == '\'' && at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
    if ((rest.front() == '"' || rest.front() == '\'') && !digit_separator) {
        std::size_t end = at + 1;
        while (end < text.size() && text[end] != rest.front() && text[end] != '\n') {
            end += text[end] == '\\' ? 2 : 1;
        }
        return std::min(end + 1, text.size());
    }
    return at;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string_view folder_of(std::string_view path) {
    constexpr std::string_view kRoot = "src/";
    if (!path.starts_with(kRoot)) {
        return {};
    }
    path.remove_prefix(kRoot.size());
    const std::size_t slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool is_header(std::string_view path) { return path.ends_with(".h"); }

bool is_cpp(std::string_view path) { return is_header(path) || path.ends_with(".cpp"); }

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string code_of(std::string_view text) {
    std::string code(text);
    for (std::size_t at = 0; at < code.size();) {
        const std::size_t end = end_of_token(text, at);
        for (std::size_t i = at; i < end; ++i) {
            code[i] = code[i] == '\n' ? '\n' : ' ';
        }
        at = std::max(end, at + 1);
    }
    return code;
}

std::vector<SourceFile> checkout(const std::filesystem::path& root) {
    std::vector<SourceFile> files;
    std::filesystem::recursive_directory_iterator entry(root);
    for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
        if (entry->is_directory() && is_left_out(entry->path().filename())) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file()) {
            files.push_back({entry->path().lexically_relative(root).generic_string(), content_of(entry->path())});
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

}  // namespace relaybench::layout
