#include "formats/pickle/pickle_writer.h"

#include <bit>
#include <cstring>
#include <limits>

#include "formats/numpy/arrays.h"
#include "motion/error.h"

namespace motus::formats {

PickleWriter::PickleWriter(int protocol) : out_("\x80") {
  op(static_cast<char>(protocol));
}

void PickleWriter::none() {
  op('N');
}

void PickleWriter::boolean(bool v) {
  op(v ? '\x88' : '\x89');
}

void PickleWriter::integer(int64_t v) {
  if (v >= 0 && v < 256) {
    op('K');
    raw(static_cast<uint8_t>(v));
  } else if (v >= std::numeric_limits<int32_t>::min() && v <= std::numeric_limits<int32_t>::max()) {
    op('J');
    raw(static_cast<int32_t>(v));
  } else {
    op('\x8a');
    raw(uint8_t{8});
    raw(v);
  }
}

void PickleWriter::real(double v) {
  op('G');
  raw(__builtin_bswap64(std::bit_cast<uint64_t>(v)));
}

void PickleWriter::text(std::string_view utf8) {
  op('X');
  raw(static_cast<uint32_t>(utf8.size()));
  out_ += utf8;
}

void PickleWriter::bytes(const std::byte* data, size_t size) {
  if (size < 256) {
    op('C');
    raw(static_cast<uint8_t>(size));
  } else {
    require(size <= std::numeric_limits<uint32_t>::max(), Kind::failed,
            "an array of {} bytes does not fit into a pickle of protocol 3", size);
    op('B');
    raw(static_cast<uint32_t>(size));
  }
  out_.append(reinterpret_cast<const char*>(data), size);
}

void PickleWriter::strings(const std::vector<std::string>& items) {
  open_list();
  for (const std::string& s : items) text(s);
  close_list();
}

void PickleWriter::open_dict() {
  out_ += "}(";
}

void PickleWriter::open_ordered_dict() {
  out_ += "ccollections\nOrderedDict\n)R(";
}

void PickleWriter::close_dict() {
  op('u');
}

void PickleWriter::open_list() {
  out_ += "](";
}

void PickleWriter::close_list() {
  op('e');
}

void PickleWriter::open_array() {
  // numpy.core, not numpy._core: NumPy 2 keeps this name for old pickles, NumPy 1 knows no other
  out_ += "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n";
  integer(0);
  op('\x85');
  const auto kind = static_cast<std::byte>('b');
  bytes(&kind, 1);
  op('\x87');
  op('R');
}

void PickleWriter::dtype(const std::string& descr) {
  const std::string type = descr.substr(1);
  out_ += "cnumpy\ndtype\n";
  text(type);
  out_ += "\x89\x88\x87R(";
  integer(3);
  text(descr.substr(0, 1));
  out_ += "NNN";
  const bool unicode = type[0] == 'U', chars = unicode || type[0] == 'S';
  integer(chars ? item_size(descr) : -1);
  integer(unicode ? 4 : chars ? 1 : -1);
  integer(unicode ? 8 : type[0] == 'O' ? 63 : 0);
  out_ += "tb";
}

void PickleWriter::integers(const std::vector<int64_t>& items) {
  open_tuple();
  for (int64_t i : items) integer(i);
  close_tuple();
}

void PickleWriter::open_tuple() {
  op('(');
}

void PickleWriter::close_tuple() {
  op('t');
}

void PickleWriter::name(std::string_view module, std::string_view name) {
  op('c');
  out_.append(module) += '\n';
  out_.append(name) += '\n';
}

void PickleWriter::call() {
  op('R');
}

void PickleWriter::persistent() {
  op('Q');
}

void PickleWriter::scalar(const Array& a) {
  name("numpy.core.multiarray", "scalar");
  open_tuple();
  dtype(a.descr);
  bytes(a.data.data(), a.data.size());
  close_tuple();
  call();
}

void PickleWriter::joblib_array(const Array& a, bool fortran) {
  name("joblib.numpy_pickle", "NumpyArrayWrapper");
  out_ += ")\x81";
  open_dict();
  text("subclass");
  name("numpy", "ndarray");
  text("shape");
  integers(a.shape);
  text("order");
  text(fortran ? "F" : "C");
  text("dtype");
  dtype(a.descr);
  text("allow_mmap");
  boolean(true);
  close_dict();
  op('b');
  const std::vector<std::byte> columns = fortran ? to_fortran_order(a) : std::vector<std::byte>();
  const std::vector<std::byte>& data = fortran ? columns : a.data;
  out_.append(reinterpret_cast<const char*>(data.data()), data.size());
}

void PickleWriter::array(const Array& a) {
  open_array();
  op('(');
  integer(1);
  integers(a.shape);
  dtype(a.descr);
  boolean(false);
  bytes(a.data.data(), a.data.size());
  out_ += "tb";
}

void PickleWriter::open_object() {
  open_array();
  op('(');
  integer(1);
  integers({});
  dtype("|O");
  boolean(false);
  open_list();
}

void PickleWriter::close_object() {
  close_list();
  out_ += "tb";
}

std::vector<std::byte> PickleWriter::finish() {
  op('.');
  const auto* p = reinterpret_cast<const std::byte*>(out_.data());
  return {p, p + out_.size()};
}

}  // namespace motus::formats
