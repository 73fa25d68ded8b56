#include "formats/numpy/zip.h"

#include <zip.h>

#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr uint16_t kDosDate = (0 << 9) | (1 << 5) | 1;  // 1980-01-01, as NumPy writes

std::string text_of(zip_error_t& error) {
  std::string out = zip_error_strerror(&error);
  zip_error_fini(&error);
  return out;
}

}  // namespace

std::vector<std::byte> write_zip(const std::vector<ZipEntry>& entries) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  require(target != nullptr, Kind::failed, "zip: {}", text_of(error));
  zip_source_keep(target);  // zip_close frees the archive's own reference
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> keep(target, zip_source_free);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (!archive) {
    zip_source_free(target);
    throw_error(Kind::failed, "zip: {}", text_of(error));
  }
  zip_error_fini(&error);
  for (const ZipEntry& e : entries) {
    zip_source_t* data = zip_source_buffer(archive, e.data.data(), e.data.size(), 0);
    const zip_int64_t i = data ? zip_file_add(archive, e.name.c_str(), data, ZIP_FL_ENC_UTF_8) : -1;
    const bool ok =
        i >= 0 &&
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(i), ZIP_CM_STORE, 0) == 0 &&
        zip_file_set_dostime(archive, static_cast<zip_uint64_t>(i), 0, kDosDate, 0) == 0;
    if (!ok) {
      const std::string why = zip_strerror(archive);
      if (i < 0 && data) zip_source_free(data);
      zip_discard(archive);
      throw_error(Kind::failed, "zip entry '{}': {}", e.name, why);
    }
  }
  if (zip_close(archive) != 0) {
    const std::string why = zip_strerror(archive);
    zip_discard(archive);
    throw_error(Kind::failed, "zip: {}", why);
  }
  zip_stat_t s;
  zip_stat_init(&s);
  require(zip_source_open(target) == 0 && zip_source_stat(target, &s) == 0, Kind::failed,
          "zip: the archive cannot be read back");
  std::vector<std::byte> out(s.size);
  const zip_int64_t n = zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  require(n == static_cast<zip_int64_t>(out.size()), Kind::failed,
          "zip: the archive cannot be read back");
  return out;
}

}  // namespace motus::formats
