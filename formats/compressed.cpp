#include "formats/compressed.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "formats/bytes.h"

namespace motus::formats {

namespace {

using namespace std::string_view_literals;

constexpr Kind kBad = Kind::bad_input;
constexpr size_t kChunk = size_t{256} << 10;
constexpr uint64_t kAlways = uint64_t{16} << 20;
constexpr uint64_t kMost = uint64_t{4} << 30;
constexpr uint64_t kRatio = 200;
constexpr uint64_t kDictionary = uint64_t{512} << 20;  // xz -9 needs 65 MiB
constexpr size_t kLayers = 2;

/// Collects what a decoder puts out, up to the cap.
class Sink {
 public:
  Sink(const char* how, size_t stored)
      : how_(how), cap_(std::min(kMost, std::max(kAlways, kRatio * stored))), buffer_(kChunk) {}
  std::byte* room() { return buffer_.data(); }
  static constexpr size_t size() { return kChunk; }
  void add(size_t n) {
    require(out_.size() + n <= cap_, kBad,
            "the {} data unpacks to more than {} bytes, {} times its size: refused", how_, cap_,
            kRatio);
    out_.insert(out_.end(), buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(n));
  }
  std::vector<std::byte> take() { return std::move(out_); }

  [[noreturn]] void damaged(const std::string& why) const {
    throw_error(kBad, "the {} data is damaged: {}", how_, why);
  }
  [[noreturn]] void cut() const {
    throw_error(kBad, "the {} data ends early: is the file complete?", how_);
  }
  /// Zeros may pad the end (tar, tapes); anything else is not ours.
  void check_rest(Bytes rest) const {
    const bool zeros =
        std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0}; });
    require(zeros, kBad, "{} bytes follow the end of the {} data", rest.size(), how_);
  }

 private:
  const char* how_;
  uint64_t cap_;
  std::vector<std::byte> buffer_, out_;
};

/// zlib counts in 32 bits: input goes in by pieces.
Bytes piece(Bytes in) {
  return in.first(std::min<size_t>(in.size(), size_t{1} << 30));
}

unsigned char* raw(Bytes in) {
  return reinterpret_cast<unsigned char*>(const_cast<std::byte*>(in.data()));
}

void unpack_zlib(Bytes in, Sink& sink) {
  z_stream s{};
  require(inflateInit2(&s, 15 + 32) == Z_OK, Kind::failed, "zlib cannot start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&s, inflateEnd);
  const bool gzip = starts_with(in, "\x1f\x8b");
  while (true) {
    const Bytes part = piece(in);
    s.next_in = raw(part);
    s.avail_in = static_cast<unsigned>(part.size());
    s.next_out = reinterpret_cast<unsigned char*>(sink.room());
    s.avail_out = static_cast<unsigned>(Sink::size());
    const int code = inflate(&s, Z_NO_FLUSH);
    sink.add(Sink::size() - s.avail_out);
    in = in.subspan(part.size() - s.avail_in);
    if (code == Z_STREAM_END) {
      // gzip files may be joined end to end
      if (!gzip || !starts_with(in, "\x1f\x8b")) return sink.check_rest(in);
      inflateReset(&s);
    } else if (code == Z_BUF_ERROR && in.empty()) {
      sink.cut();
    } else if (code != Z_OK) {
      sink.damaged(s.msg ? s.msg : "not a stream of zlib");
    }
  }
}

void unpack_bzip2(Bytes in, Sink& sink) {
  while (true) {
    bz_stream s{};
    require(BZ2_bzDecompressInit(&s, 0, 0) == BZ_OK, Kind::failed, "bzip2 cannot start");
    const std::unique_ptr<bz_stream, int (*)(bz_stream*)> end(&s, BZ2_bzDecompressEnd);
    int code = BZ_OK;
    while (code == BZ_OK) {
      const Bytes part = piece(in);
      s.next_in = reinterpret_cast<char*>(raw(part));
      s.avail_in = static_cast<unsigned>(part.size());
      s.next_out = reinterpret_cast<char*>(sink.room());
      s.avail_out = static_cast<unsigned>(Sink::size());
      code = BZ2_bzDecompress(&s);
      const size_t made = Sink::size() - s.avail_out;
      sink.add(made);
      in = in.subspan(part.size() - s.avail_in);
      if (code == BZ_OK && in.empty() && made == 0) sink.cut();
    }
    if (code != BZ_STREAM_END) sink.damaged("a block fails its check");
    if (!starts_with(in, "BZh")) return sink.check_rest(in);
  }
}

void unpack_lzma(Bytes in, bool alone, Sink& sink) {
  lzma_stream s = LZMA_STREAM_INIT;
  const lzma_ret start = alone ? lzma_alone_decoder(&s, kDictionary)
                               : lzma_stream_decoder(&s, kDictionary, LZMA_CONCATENATED);
  require(start == LZMA_OK, Kind::failed, "lzma cannot start");
  const std::unique_ptr<lzma_stream, void (*)(lzma_stream*)> end(&s, lzma_end);
  s.next_in = raw(in);
  s.avail_in = in.size();
  while (true) {
    s.next_out = reinterpret_cast<unsigned char*>(sink.room());
    s.avail_out = Sink::size();
    const lzma_ret code = lzma_code(&s, LZMA_FINISH);
    sink.add(Sink::size() - s.avail_out);
    if (code == LZMA_STREAM_END) return sink.check_rest(in.last(s.avail_in));
    if (code == LZMA_BUF_ERROR) sink.cut();
    if (code == LZMA_MEMLIMIT_ERROR) sink.damaged("it asks for a dictionary beyond 512 MiB");
    // without a size in its header, an lzma stream that stops looks like a damaged one
    if (code != LZMA_OK) sink.damaged("a block fails its check");
  }
}

void unpack_lz4(Bytes in, Sink& sink) {
  LZ4F_dctx* context = nullptr;
  require(LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) == 0, Kind::failed,
          "lz4 cannot start");
  const std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx*)> end(
      context, LZ4F_freeDecompressionContext);
  while (true) {
    size_t used = in.size(), made = Sink::size();
    const size_t more = LZ4F_decompress(context, sink.room(), &made, in.data(), &used, nullptr);
    if (LZ4F_isError(more)) sink.damaged(LZ4F_getErrorName(more));
    sink.add(made);
    in = in.subspan(used);
    if (more == 0) {
      if (!starts_with(in, "\x04\x22\x4d\x18")) return sink.check_rest(in);
    } else if (used == 0 && made == 0) {
      sink.cut();
    }
  }
}

struct Codec {
  std::string_view magic;
  const char* name;
};

// a zlib stream's first two bytes are a multiple of 31: these four come without a dictionary
constexpr std::array kCodecs = {
    Codec{"\x1f\x8b\x08"sv, "gzip"},    Codec{"\x78\x01"sv, "zlib"},
    Codec{"\x78\x5e"sv, "zlib"},        Codec{"\x78\x9c"sv, "zlib"},
    Codec{"\x78\xda"sv, "zlib"},        Codec{"BZh"sv, "bzip2"},
    Codec{"\xfd\x37zXZ\0"sv, "xz"},     Codec{"\x5d\x00\x00"sv, "lzma"},
    Codec{"\x04\x22\x4d\x18"sv, "lz4"}, Codec{"\x28\xb5\x2f\xfd"sv, "zstd"},
};

std::string_view codec_of(Bytes bytes) {
  for (const Codec& c : kCodecs) {
    if (starts_with(bytes, c.magic)) return c.name;
  }
  return {};
}

std::vector<std::byte> unpack_once(Bytes bytes, std::string_view how) {
  if (how == "zstd") {
    throw Error(kBad, "is zstd-compressed, which this build does not unpack",
                "unpack it first: zstd -d FILE");
  }
  Sink sink(how.data(), bytes.size());
  if (how == "bzip2") {
    unpack_bzip2(bytes, sink);
  } else if (how == "xz" || how == "lzma") {
    unpack_lzma(bytes, how == "lzma", sink);
  } else if (how == "lz4") {
    unpack_lz4(bytes, sink);
  } else {
    unpack_zlib(bytes, sink);
  }
  return sink.take();
}

}  // namespace

Unpacked unpack(Bytes bytes) {
  Unpacked out;
  for (std::string_view how = codec_of(bytes); !how.empty(); how = codec_of(out.bytes)) {
    require(out.how.size() < kLayers, kBad, "is compressed more than {} times: refused", kLayers);
    out.bytes = unpack_once(out.how.empty() ? bytes : Bytes(out.bytes), how);
    out.how.emplace_back(how);
  }
  return out;
}

std::string unpacked_name(const std::string& name, size_t layers) {
  std::filesystem::path path = name;
  for (size_t i = 0; i < layers; ++i) {
    const std::string ext = path.extension().string();
    const bool known = ext == ".gz" || ext == ".z" || ext == ".zlib" || ext == ".bz2" ||
                       ext == ".xz" || ext == ".lzma" || ext == ".lz4";
    if (known) path.replace_extension();
  }
  return path.string();
}

}  // namespace motus::formats
