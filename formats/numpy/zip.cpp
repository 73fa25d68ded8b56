#include "formats/numpy/zip.h"

#include <zip.h>

#include <map>

#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr uint64_t kMaxTotal = uint64_t{8} << 30;
constexpr uint64_t kMaxRatio = 200;
constexpr uint64_t kSmall = 1 << 20;  // a constant channel of a short clip may shrink 1000 to 1
constexpr uint16_t kDosDate = (0 << 9) | (1 << 5) | 1;  // 1980-01-01, as NumPy writes

std::string text_of(zip_error_t& error) {
  std::string out = zip_error_strerror(&error);
  zip_error_fini(&error);
  return out;
}

void check_name(const std::string& name) {
  const bool absolute =
      name.empty() || name[0] == '/' || name[0] == '\\' || (name.size() > 1 && name[1] == ':');
  const bool up = name == ".." || name.starts_with("../") || name.find("/../") != name.npos ||
                  name.ends_with("/..") || name.find('\\') != name.npos;
  require(!absolute && !up, kBad, "zip entry '{}' has a name that leaves its folder",
          name.substr(0, 80));
}

}  // namespace

struct ZipReader::Impl {
  zip_t* archive = nullptr;
  std::vector<std::string> names;
  std::map<std::string, zip_stat_t> stats;
  ~Impl() {
    if (archive) zip_discard(archive);
  }
};

ZipReader::ZipReader(Bytes bytes) : impl_(std::make_unique<Impl>()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  require(source != nullptr, kBad, "zip: {}", text_of(error));
  impl_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!impl_->archive) {
    zip_source_free(source);
    throw_error(kBad, "a damaged zip archive: {}", text_of(error));
  }
  zip_error_fini(&error);
  const zip_int64_t count = zip_get_num_entries(impl_->archive, 0);
  uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t s;
    zip_stat_init(&s);
    const bool known = zip_stat_index(impl_->archive, static_cast<zip_uint64_t>(i), 0, &s) == 0;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                     ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    require(known && (s.valid & kNeeded) == kNeeded, kBad, "zip entry {} is damaged", i);
    const std::string name = s.name;
    check_name(name);
    require(s.encryption_method == ZIP_EM_NONE, kBad, "zip entry '{}' is encrypted", name);
    require(s.comp_method == ZIP_CM_STORE || s.comp_method == ZIP_CM_DEFLATE, kBad,
            "zip entry '{}' uses compression method {}, expected 0 or 8", name, s.comp_method);
    require(s.comp_size <= bytes.size(), kBad, "zip entry '{}' is larger than the file", name);
    require(s.size <= kSmall || s.size / kMaxRatio <= s.comp_size, kBad,
            "zip entry '{}' claims {} bytes out of {}: more than {} to 1 is refused", name, s.size,
            s.comp_size, kMaxRatio);
    // the sum as well: entries may share the same compressed bytes
    total = s.size > kMaxTotal ? kMaxTotal + 1 : total + s.size;
    require(total <= kMaxTotal && (total <= kSmall || total / kMaxRatio <= bytes.size()), kBad,
            "the zip archive claims {} bytes of content in {}", total, bytes.size());
    s.name = nullptr;
    require(impl_->stats.emplace(name, s).second, kBad, "zip entry '{}' is there twice", name);
    impl_->names.push_back(name);
  }
}

ZipReader::~ZipReader() = default;

const std::vector<std::string>& ZipReader::names() const {
  return impl_->names;
}

bool ZipReader::has(const std::string& name) const {
  return impl_->stats.count(name) > 0;
}

std::vector<std::byte> ZipReader::read(const std::string& name) const {
  const auto it = impl_->stats.find(name);
  require(it != impl_->stats.end(), kBad, "the zip archive has no '{}'", name);
  zip_file_t* file = zip_fopen_index(impl_->archive, it->second.index, 0);
  require(file != nullptr, kBad, "zip entry '{}': {}", name, zip_strerror(impl_->archive));
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> close(file, zip_fclose);
  std::vector<std::byte> out(it->second.size);
  size_t got = 0;
  // one byte past the end makes libzip compare the checksum
  while (true) {
    std::byte extra;
    const bool full = got == out.size();
    const zip_int64_t n =
        zip_fread(file, full ? &extra : out.data() + got, full ? 1 : out.size() - got);
    require(n >= 0, kBad, "zip entry '{}': {}", name, zip_file_strerror(file));
    if (n == 0) break;
    require(!full, kBad, "zip entry '{}' is longer than its directory says", name);
    got += static_cast<size_t>(n);
  }
  require(got == out.size(), kBad, "zip entry '{}' ends after {} of {} bytes", name, got,
          out.size());
  return out;
}

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
