// Opcodes that make values: numbers, text, containers.
#include <charconv>

#include "formats/pickle/pickle_machine.h"
#include "formats/pickle/pickle_opcodes.h"
#include "formats/text_codec.h"

namespace motus::formats {

bool PickleMachine::step_number(uint8_t op) {
  switch (op) {
    case kNone:
      push(Value());
      return true;
    case kNewtrue:
    case kNewfalse:
      push(Value::boolean(op == kNewtrue));
      return true;
    case kBinint:
      push(Value::integer(in_.read<int32_t>()));
      return true;
    case kBinint1:
      push(Value::integer(in_.read<uint8_t>()));
      push_numbers();
      return true;
    case kBinint2:
      push(Value::integer(in_.read<uint16_t>()));
      return true;
    case kLong1:
      push(make_long(in_.take(in_.read<uint8_t>())));
      return true;
    case kLong4: {
      const auto n = in_.read<int32_t>();
      if (n < 0) refuse("an integer of {} bytes", n);
      push(make_long(in_.take(static_cast<size_t>(n))));
      return true;
    }
    case kInt:
    case kLong: {
      std::string s = line();
      if (op == kInt && (s == "00" || s == "01")) {
        push(Value::boolean(s == "01"));
        return true;
      }
      if (op == kLong && s.ends_with('L')) s.pop_back();
      int64_t v = 0;
      const auto [p, error] = std::from_chars(s.data(), s.data() + s.size(), v);
      if (p != s.data() + s.size() || error == std::errc::invalid_argument) {
        refuse("'{}' is not an integer", s.substr(0, 40));
      }
      push(error == std::errc() ? Value::integer(v) : make_decimal(s));
      return true;
    }
    case kFloat: {
      const std::string s = line();
      double v = 0;
      const auto [p, error] = std::from_chars(s.data(), s.data() + s.size(), v);
      if (error != std::errc() || p != s.data() + s.size()) {
        refuse("'{}' is not a number", s.substr(0, 40));
      }
      push(Value::real(v));
      return true;
    }
    default:
      return false;
  }
}

Value PickleMachine::make_decimal(std::string_view digits) {
  if (digits.size() > 1000) refuse("an integer of {} digits", digits.size());
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::vector<std::byte> bytes;  // little-endian, as LONG1 has it
  for (const char c : digits) {
    unsigned carry = static_cast<unsigned>(c - '0');
    for (std::byte& b : bytes) {
      carry += 10 * std::to_integer<unsigned>(b);
      b = static_cast<std::byte>(carry & 255);
      carry >>= 8;
    }
    if (carry) bytes.push_back(static_cast<std::byte>(carry));
  }
  bytes.push_back({});  // the sign
  if (negative) {
    unsigned carry = 1;
    for (std::byte& b : bytes) {
      carry += std::to_integer<unsigned>(~b);
      b = static_cast<std::byte>(carry & 255);
      carry >>= 8;
    }
  }
  const auto redundant = [&] {  // a last byte that only repeats the sign
    const size_t n = bytes.size();
    const std::byte sign = negative ? std::byte{0xff} : std::byte{0};
    return n > 1 && bytes[n - 1] == sign &&
           ((bytes[n - 2] ^ sign) & std::byte{0x80}) == std::byte{};
  };
  while (redundant()) bytes.pop_back();
  return make_long(bytes);
}

bool PickleMachine::step_text(uint8_t op) {
  const auto take = [&](uint64_t n) {
    if (n > in_.remaining()) refuse("{} bytes announced, {} remain", n, in_.remaining());
    return in_.take(n);
  };
  switch (op) {
    case kShortBinunicode:
      push(make_text(take(in_.read<uint8_t>())));
      return true;
    case kBinunicode:
      push(make_text(take(in_.read<uint32_t>())));
      return true;
    case kBinunicode8:
      push(make_text(take(in_.read<uint64_t>())));
      return true;
    case kShortBinbytes:
      push(make_bytes(take(in_.read<uint8_t>())));
      return true;
    case kBinbytes:
      push(make_bytes(take(in_.read<uint32_t>())));
      return true;
    case kBinbytes8:
    case kBytearray8:
      push(make_bytes(take(in_.read<uint64_t>())));
      return true;
    case kShortBinstring:
      push(make_latin1(std::string(as_text(take(in_.read<uint8_t>())))));
      return true;
    case kBinstring: {
      const auto n = in_.read<int32_t>();
      if (n < 0) refuse("text of {} bytes", n);
      push(make_latin1(std::string(as_text(take(static_cast<uint64_t>(n))))));
      return true;
    }
    case kString:
      push(make_latin1(unquote_python(line())));
      return true;
    case kUnicode:
      push(make_latin1(line(), true));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::step_container(uint8_t op) {
  switch (op) {
    case kEmptyDict:
      push(make_dict());
      return true;
    case kEmptyList:
    case kEmptySet:
      push(make_list({}));
      return true;
    case kEmptyTuple:
      push(make_tuple({}));
      return true;
    case kTuple:
      push(make_tuple(pop_to_mark()));
      return true;
    case kList:
    case kFrozenset:
      push(make_list(pop_to_mark()));
      return true;
    case kDict: {
      const List flat = pop_to_mark();
      const Value dict = make_dict();
      set_items(dict.raw_dict(), flat);
      push(dict);
      return true;
    }
    case kTuple1:
    case kTuple2:
    case kTuple3: {
      List items(static_cast<size_t>(op - kTuple1 + 1));
      for (size_t i = items.size(); i-- > 0;) items[i] = pop();
      push(make_tuple(std::move(items)));
      return true;
    }
    case kAppend: {
      const Value item = pop();
      append(top(), std::span(&item, 1));
      return true;
    }
    case kAppends:
    case kAdditems:
      append_to_mark();
      return true;
    case kSetitem:
    case kSetitems: {
      List flat;
      if (op == kSetitem) {
        flat.resize(2);
        flat[1] = pop(), flat[0] = pop();
      } else {
        flat = pop_to_mark();
      }
      const Value target = top();
      if (!target.is(ValueKind::dict)) refuse("entries for {}", kind_text(target.kind()));
      set_items(target.raw_dict(), flat);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace motus::formats
