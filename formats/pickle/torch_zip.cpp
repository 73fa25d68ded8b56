#include "formats/pickle/torch_zip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "formats/bytes.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/zip.h"

namespace motus::formats {

namespace {

constexpr std::string_view kPickle = "/data.pkl";

/// The archive's folder, "" if it is none of torch's.
std::string folder_of(const ZipReader& zip) {
  for (const std::string& name : zip.names()) {
    if (!name.ends_with(kPickle)) continue;
    const std::string folder = name.substr(0, name.size() - kPickle.size());
    if (folder.find('/') == std::string::npos && zip.has(folder + "/version")) return folder;
  }
  return "";
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return std::string(as_text(bytes));
}

/// torch's class for a storage of NumPy's type.
const char* storage_class(const std::string& descr) {
  const std::string type = descr.substr(1);
  return type == "f4"   ? "FloatStorage"
         : type == "f8" ? "DoubleStorage"
         : type == "f2" ? "HalfStorage"
         : type == "i8" ? "LongStorage"
         : type == "i4" ? "IntStorage"
         : type == "i2" ? "ShortStorage"
         : type == "i1" ? "CharStorage"
         : type == "u1" ? "ByteStorage"
         : type == "b1" ? "BoolStorage"
                        : nullptr;
}

/// A zip archive of stored entries, their content aligned by an extra field. libzip, which writes
/// the other archives, cannot place content.
class AlignedZip {
 public:
  void add(const std::string& name, const std::vector<std::byte>& data) {
    constexpr size_t kHeader = 30, kExtra = 4, kAlign = 64;
    require(data.size() < kMost && bytes_.size() < kMost, Kind::failed,
            "a torch archive beyond 4 GiB is not written");
    const size_t offset = bytes_.size();
    const size_t at = offset + kHeader + name.size() + kExtra;
    const size_t padding = (kAlign - at % kAlign) % kAlign;
    const uint32_t crc = static_cast<uint32_t>(
        crc32_z(0, reinterpret_cast<const unsigned char*>(data.data()), data.size()));
    std::string entry;  // what local header and directory share, from "version needed" on
    put16(entry, 20), put16(entry, 0x0800), put16(entry, 0);  // UTF-8 names, stored
    put16(entry, 0), put16(entry, (1 << 5) | 1);              // 1980-01-01, for equal bytes
    put32(entry, crc), put32(entry, data.size()), put32(entry, data.size());
    put16(entry, name.size());
    bytes_ += "PK\3\4" + entry;
    put16(bytes_, kExtra + padding);
    bytes_ += name + "FB";
    put16(bytes_, padding);
    bytes_.append(padding, 'Z');
    bytes_.append(reinterpret_cast<const char*>(data.data()), data.size());
    directory_ += "PK\1\2";
    put16(directory_, 20);
    directory_ += entry;
    put16(directory_, 0), put16(directory_, 0), put16(directory_, 0), put16(directory_, 0);
    put32(directory_, 0), put32(directory_, offset);
    directory_ += name;
    ++count_;
  }

  std::vector<std::byte> finish() {
    require(bytes_.size() < kMost, Kind::failed, "a torch archive beyond 4 GiB is not written");
    const size_t offset = bytes_.size();
    bytes_ += directory_ + "PK\5\6";
    put16(bytes_, 0), put16(bytes_, 0), put16(bytes_, count_), put16(bytes_, count_);
    put32(bytes_, directory_.size()), put32(bytes_, offset), put16(bytes_, 0);
    const auto* p = reinterpret_cast<const std::byte*>(bytes_.data());
    return {p, p + bytes_.size()};
  }

 private:
  static constexpr size_t kMost = std::numeric_limits<uint32_t>::max();
  static void put16(std::string& out, size_t v) {
    for (int k = 0; k < 2; ++k) out += static_cast<char>((v >> (8 * k)) & 255);
  }
  static void put32(std::string& out, size_t v) {
    for (int k = 0; k < 4; ++k) out += static_cast<char>((v >> (8 * k)) & 255);
  }
  std::string bytes_, directory_;
  size_t count_ = 0;
};

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

bool torch_zip_has(Bytes bytes, std::initializer_list<std::string_view> words) {
  if (!starts_with(bytes, "PK\3\4")) return false;
  try {
    const ZipReader zip(bytes);
    const std::string folder = folder_of(zip);
    if (folder.empty()) return false;
    const std::string pickle = text_of(zip.read(folder + std::string(kPickle)));
    return std::all_of(words.begin(), words.end(),
                       [&](std::string_view w) { return pickle.find(w) != std::string::npos; });
  } catch (const Error&) {
    return false;
  }
}

Pickle read_torch_zip(Bytes bytes) {
  const ZipReader zip(bytes);
  const std::string folder = folder_of(zip);
  require(!folder.empty(), Kind::bad_input, "the zip archive holds no data.pkl of torch");
  const std::string order = folder + "/byteorder";
  require(!zip.has(order) || text_of(zip.read(order)).starts_with("little"), Kind::bad_input,
          "a torch archive of a big-endian machine");
  const StorageSource storages = [&](const std::string& key) {
    return zip.read(folder + "/data/" + key);
  };
  return Pickle::parse(zip.read(folder + std::string(kPickle)), storages, bytes.size());
}

void TorchWriter::tensor(const Array& a) {
  const char* type = storage_class(a.descr);
  require(type != nullptr, Kind::failed, "torch has no tensors of '{}'", a.descr);
  std::vector<int64_t> strides(a.shape.size(), 1);
  for (size_t k = a.shape.size(); k-- > 1;) strides[k - 1] = strides[k] * a.shape[k];
  PickleWriter& out = pickle_;
  out.name("torch._utils", "_rebuild_tensor_v2");
  out.open_tuple();
  out.open_tuple();
  out.text("storage");
  out.name("torch", type);
  out.text(std::to_string(storages_.size()));
  out.text("cpu");
  out.integer(a.size());
  out.close_tuple();
  out.persistent();
  out.integer(0);
  out.integers(a.shape);
  out.integers(strides);
  out.boolean(false);
  // no hooks; without items, which LibTorch's own reader of pickles would not take
  out.name("collections", "OrderedDict");
  out.integers({});
  out.call();
  out.close_tuple();
  out.call();
  storages_.push_back(a.data);
}

std::vector<std::byte> TorchWriter::finish(const std::string& folder) {
  AlignedZip zip;
  zip.add(folder + std::string(kPickle), pickle_.finish());
  zip.add(folder + "/byteorder", bytes_of("little"));
  for (size_t i = 0; i < storages_.size(); ++i) {
    zip.add(fmt::format("{}/data/{}", folder, i), storages_[i]);
  }
  zip.add(folder + "/version", bytes_of("3\n"));
  return zip.finish();
}

}  // namespace motus::formats
