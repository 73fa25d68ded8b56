#pragma once
// The parameter section of a C3D file (c3d.org user guide): groups of named arrays, in the number
// format of the processor that wrote it.
#include <map>
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

/// How numbers are stored.
enum class C3dProcessor { intel = 84, dec = 85, mips = 86 };

/// Reads numbers of one processor; every access is bounds-checked and throws Error(bad_input) with
/// the byte.
class C3dNumbers {
 public:
  C3dNumbers(Bytes bytes, C3dProcessor processor) : bytes_(bytes), processor_(processor) {}
  uint8_t u8(size_t at) const;
  int16_t i16(size_t at) const;
  uint16_t u16(size_t at) const { return static_cast<uint16_t>(i16(at)); }
  /// DEC's F floats are IEEE's with their halves swapped and four times as large.
  float f32(size_t at) const;
  size_t size() const { return bytes_.size(); }
  std::string text(size_t at, size_t n) const;

 private:
  Bytes bytes_;
  C3dProcessor processor_;
};

struct C3dParameter {
  int type = 0;  ///< -1 text, 1 byte, 2 int16, 4 float
  std::vector<int> dims;
  std::vector<double> numbers;
  std::vector<std::string> texts;  ///< blanks at the end taken off
};

/// "POINT:RATE" -> its value; upper case.
class C3dParameters {
 public:
  /// `block`: the first 512-byte block, counted from 1.
  C3dParameters(const C3dNumbers& numbers, int block);
  const C3dParameter* find(const std::string& name) const;
  double number(const std::string& name, double otherwise) const;
  std::string text(const std::string& name) const;

 private:
  std::map<std::string, C3dParameter> all_;
};

}  // namespace motus::formats
