#include "core/tar_gz.h"

#include <archive.h>
#include <archive_entry.h>

#include <chrono>
#include <memory>

#include <fmt/format.h>

namespace relaybench::core {
namespace {

struct FreeArchive {
    void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Writer = std::unique_ptr<archive, FreeArchive>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

la_ssize_t take(archive* /*writer*/, void* bytes, const void* block, std::size_t size) {
    static_cast<std::string*>(bytes)->append(static_cast<const char*>(block), size);
    return static_cast<la_ssize_t>(size);
}

bool begin(archive* writer, std::string& bytes) {
    // Without the time of packing in the gzip header: the same report twice is the same file.
    return archive_write_add_filter_gzip(writer) == ARCHIVE_OK &&
           archive_write_set_filter_option(writer, "gzip", "timestamp", nullptr) == ARCHIVE_OK &&
           archive_write_set_format_ustar(writer) == ARCHIVE_OK && archive_write_open(writer, &bytes, nullptr, take, nullptr) == ARCHIVE_OK;
}

bool add(archive* writer, const ArchiveMember& member, WallTime modified) {
    constexpr auto kOwnerOnly = 0600;
    const Entry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), member.name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.text.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), kOwnerOnly);
    archive_entry_set_mtime(entry.get(), std::chrono::duration_cast<std::chrono::seconds>(modified.time_since_epoch()).count(), 0);
    return archive_write_header(writer, entry.get()) == ARCHIVE_OK &&
           archive_write_data(writer, member.text.data(), member.text.size()) == static_cast<la_ssize_t>(member.text.size());
}

}  // namespace

Expected<std::string> tar_gz(const std::vector<ArchiveMember>& members, WallTime modified) {
    std::string bytes;
    const Writer writer(archive_write_new());
    bool good = begin(writer.get(), bytes);
    for (const ArchiveMember& member : members) {
        good = good && add(writer.get(), member, modified);
    }
    if (!good || archive_write_close(writer.get()) != ARCHIVE_OK) {
        const char* why = archive_error_string(writer.get());
        return failure(fmt::format("cannot pack the files: {}", why == nullptr ? "no reason given" : why));
    }
    return bytes;
}

}  // namespace relaybench::core
