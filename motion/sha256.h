#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace motus {

/// SHA-256 (FIPS 180-4) of the bytes, as 64 lower-case hex digits.
std::string sha256(std::span<const std::byte> bytes);

/// Incremental form for data in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::span<const std::byte> bytes);
  void add(const std::string& text);
  std::string hex();

 private:
  void* context_;
};

}  // namespace motus
