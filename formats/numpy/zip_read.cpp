// Reading ZIP archives by their central directory. Layout: PKWARE's APPNOTE.TXT 6.3, sections 4.3
// and 4.5.3 (zip64). The local headers of NumPy's and torch's files differ in what they say of sizes
// (nothing, 32 bits, 64 bits), the directory's entries do not: of a local header only its own length
// is taken.
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "formats/bytes.h"
#include "formats/numpy/zip.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr uint64_t kMaxTotal = uint64_t{8} << 30;
constexpr uint64_t kMaxRatio = 200;
constexpr uint64_t kSmall = 1 << 20;  // a constant channel of a short clip may shrink 1000 to 1
constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50,
                   kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20,
                 kEnd64Size = 56;
constexpr uint16_t kStored = 0, kDeflated = 8;

void check_name(const std::string& name) {
  const bool absolute =
      name.empty() || name[0] == '/' || name[0] == '\\' || (name.size() > 1 && name[1] == ':');
  const bool up = name == ".." || name.starts_with("../") || name.find("/../") != name.npos ||
                  name.ends_with("/..") || name.find('\\') != name.npos;
  require(!absolute && !up, kBad, "zip entry '{}' has a name that leaves its folder",
          name.substr(0, 80));
  require(name.find('\0') == name.npos, kBad, "a zip entry's name holds a NUL");
}

struct Entry {
  uint16_t flags = 0, method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0, size = 0, local = 0;
  Bytes data;  ///< as it lies in the file
};

/// Where the central directory is.
struct Directory {
  uint64_t offset = 0, size = 0, entries = 0;
};

template <typename T>
T at(Bytes bytes, size_t offset) {
  return ByteReader(bytes, std::min(offset, bytes.size())).read<T>();
}

Directory find_directory(Bytes bytes) {
  require(bytes.size() >= kEndSize, kBad, "a damaged zip archive: {} bytes", bytes.size());
  // behind the end record stands at most a comment of 65535 bytes
  const size_t last = bytes.size() - kEndSize;
  const size_t first = last > 65535 ? last - 65535 : 0;
  for (size_t i = last + 1; i-- > first;) {
    if (at<uint32_t>(bytes, i) != kEnd) continue;
    if (i + kEndSize + at<uint16_t>(bytes, i + 20) != bytes.size()) continue;
    require(at<uint16_t>(bytes, i + 4) == at<uint16_t>(bytes, i + 6), kBad,
            "a zip archive in several parts");
    Directory d{.offset = at<uint32_t>(bytes, i + 16),
                .size = at<uint32_t>(bytes, i + 12),
                .entries = at<uint16_t>(bytes, i + 10)};
    if (i >= kLocatorSize && at<uint32_t>(bytes, i - kLocatorSize) == kLocator64) {
      const auto record = at<uint64_t>(bytes, i - kLocatorSize + 8);
      require(record <= bytes.size() && bytes.size() - record >= kEnd64Size &&
                  at<uint32_t>(bytes, record) == kEnd64,
              kBad, "a damaged zip archive: no zip64 record at byte {}", record);
      d = {.offset = at<uint64_t>(bytes, record + 48),
           .size = at<uint64_t>(bytes, record + 40),
           .entries = at<uint64_t>(bytes, record + 32)};
    }
    require(d.offset <= bytes.size() && d.size <= bytes.size() - d.offset &&
                d.entries <= d.size / kCentralSize,
            kBad, "a damaged zip archive: its directory of {} entries does not fit", d.entries);
    return d;
  }
  throw Error(kBad, "a damaged zip archive: it has no directory at its end",
              "was it copied or piped whole?");
}

/// Takes the 64-bit numbers from the extra field for those that are saturated, in this order.
void read_zip64(Bytes extra, Entry& e) {
  for (ByteReader in(extra); in.remaining() >= 4;) {
    const auto id = in.read<uint16_t>(), size = in.read<uint16_t>();
    if (size > in.remaining()) return;  // padding
    const Bytes field = in.take(size);
    if (id != 1) continue;
    ByteReader numbers(field);
    for (uint64_t* n : {&e.size, &e.packed, &e.local}) {
      if (*n == 0xFFFFFFFFu) *n = numbers.read<uint64_t>();
    }
  }
}

/// The bytes of an entry, by the length of its local header.
Bytes data_of(Bytes bytes, const Entry& e, const std::string& name) {
  require(e.local <= bytes.size() && bytes.size() - e.local >= kLocalSize &&
              at<uint32_t>(bytes, e.local) == kLocal,
          kBad, "zip entry '{}' is damaged: nothing of it at byte {}", name, e.local);
  const uint64_t from =
      e.local + kLocalSize + at<uint16_t>(bytes, e.local + 26) + at<uint16_t>(bytes, e.local + 28);
  require(from <= bytes.size() && e.packed <= bytes.size() - from, kBad,
          "zip entry '{}' is larger than the file", name);
  return bytes.subspan(from, e.packed);
}

}  // namespace

struct ZipReader::Impl {
  std::vector<std::string> names;
  std::map<std::string, Entry> entries;

  const Entry& entry(const std::string& name) const {
    const auto it = entries.find(name);
    require(it != entries.end(), kBad, "the zip archive has no '{}'", name);
    return it->second;
  }
};

ZipReader::ZipReader(Bytes bytes) : impl_(std::make_unique<Impl>()) {
  const Directory directory = find_directory(bytes);
  ByteReader in(bytes.subspan(directory.offset, directory.size));
  uint64_t total = 0;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    const Bytes head = in.take(kCentralSize);
    require(at<uint32_t>(head, 0) == kCentral, kBad, "zip entry {} is damaged", i);
    Entry e{.flags = at<uint16_t>(head, 8),
            .method = at<uint16_t>(head, 10),
            .crc = at<uint32_t>(head, 16),
            .packed = at<uint32_t>(head, 20),
            .size = at<uint32_t>(head, 24),
            .local = at<uint32_t>(head, 42),
            .data = {}};
    const std::string name(as_text(in.take(at<uint16_t>(head, 28))));
    read_zip64(in.take(at<uint16_t>(head, 30)), e);
    in.take(at<uint16_t>(head, 32));
    check_name(name);
    require((e.flags & 1) == 0, kBad, "zip entry '{}' is encrypted", name);
    require(e.method == kStored || e.method == kDeflated, kBad,
            "zip entry '{}' uses compression method {}, expected 0 or 8", name, e.method);
    require(e.size <= kSmall || e.size / kMaxRatio <= e.packed, kBad,
            "zip entry '{}' claims {} bytes out of {}: more than {} to 1 is refused", name, e.size,
            e.packed, kMaxRatio);
    // the sum as well: entries may share the same compressed bytes
    total = e.size > kMaxTotal ? kMaxTotal + 1 : total + e.size;
    require(total <= kMaxTotal && (total <= kSmall || total / kMaxRatio <= bytes.size()), kBad,
            "the zip archive claims {} bytes of content in {}", total, bytes.size());
    e.data = data_of(bytes, e, name);
    require(e.method == kDeflated || e.packed == e.size, kBad,
            "zip entry '{}' is stored in {} bytes but has {}", name, e.packed, e.size);
    require(impl_->entries.emplace(name, e).second, kBad, "zip entry '{}' is there twice", name);
    impl_->names.push_back(name);
  }
}

ZipReader::~ZipReader() = default;

const std::vector<std::string>& ZipReader::names() const {
  return impl_->names;
}

bool ZipReader::has(const std::string& name) const {
  return impl_->entries.count(name) > 0;
}

size_t ZipReader::size(const std::string& name) const {
  return impl_->entry(name).size;
}

Bytes ZipReader::view(const std::string& name, std::unique_ptr<std::byte[]>& own) const {
  const Entry& e = impl_->entry(name);
  Bytes out = e.data;
  if (e.method == kDeflated) {
    own = std::make_unique_for_overwrite<std::byte[]>(e.size);
    use_huge_pages(own.get(), e.size);
    const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    require(inflater != nullptr, Kind::failed, "no memory to unpack zip entry '{}'", name);
    size_t got = 0;
    const auto result = libdeflate_deflate_decompress(inflater.get(), e.data.data(), e.data.size(),
                                                      own.get(), e.size, &got);
    require(result == LIBDEFLATE_SUCCESS && got == e.size, kBad,
            "zip entry '{}' is damaged: {} of {} bytes unpack", name, got, e.size);
    out = {own.get(), e.size};
  }
  require(libdeflate_crc32(0, out.data(), out.size()) == e.crc, kBad,
          "zip entry '{}' is damaged: its check sum is another", name);
  return out;
}

std::vector<std::byte> ZipReader::read(const std::string& name) const {
  std::unique_ptr<std::byte[]> own;
  const Bytes bytes = view(name, own);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> ZipReader::beginning(const std::string& name, size_t count) const {
  const Entry& e = impl_->entry(name);
  std::vector<std::byte> out(std::min<uint64_t>(count, e.size));
  if (e.method == kStored) {
    std::copy_n(e.data.begin(), out.size(), out.begin());
    return out;
  }
  z_stream z{};  // libdeflate unpacks whole entries only
  require(inflateInit2(&z, -MAX_WBITS) == Z_OK, Kind::failed, "no memory to unpack '{}'", name);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(e.data.data()));
  z.avail_in = static_cast<uInt>(std::min<size_t>(e.data.size(), 1 << 30));
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&z, Z_SYNC_FLUSH);
  out.resize(out.size() - z.avail_out);
  inflateEnd(&z);
  require(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, kBad,
          "zip entry '{}' is damaged", name);
  return out;
}

}  // namespace motus::formats
