// The values that opcodes make: each is paid for from the budget before it is kept in the pools.
#include "formats/pickle/pickle_machine.h"
#include "formats/text_codec.h"

namespace motus::formats {

namespace {

constexpr int64_t kValue = sizeof(Value);

}  // namespace

void PickleBudget::spend(int64_t n) {
  left -= n;
  require(left >= 0, Kind::bad_input, "the pickle decodes to far more than its own size: refused");
}

Value PickleMachine::make_text(Bytes utf8) {
  const std::string_view text = as_text(utf8);
  if (!valid_utf8(text)) refuse("text that is not UTF-8");
  budget_.spend(static_cast<int64_t>(text.size() + sizeof(std::string)));
  return Value::text(&pools_.strings.emplace_back(text));
}

Value PickleMachine::make_latin1(const std::string& raw, bool escapes) {
  const std::string text = latin1_to_utf8(raw, escapes);
  budget_.spend(static_cast<int64_t>(text.size() + sizeof(std::string)));
  return Value::text(&pools_.strings.emplace_back(text));
}

Value PickleMachine::make_bytes(Bytes raw) {
  budget_.spend(static_cast<int64_t>(raw.size() + sizeof(std::string)));
  return Value::bytes(&pools_.strings.emplace_back(as_text(raw)));
}

Value PickleMachine::make_list(List items) {
  budget_.spend(kValue * static_cast<int64_t>(items.size()) +
                static_cast<int64_t>(sizeof(Sequence)));
  return Value::list(&pools_.lists.emplace_back(Sequence{std::move(items), {}, {}}));
}

Value PickleMachine::make_tuple(List items) {
  budget_.spend(kValue * static_cast<int64_t>(items.size()) +
                static_cast<int64_t>(sizeof(Sequence)));
  return Value::tuple(&pools_.lists.emplace_back(Sequence{std::move(items), {}, {}}));
}

Value PickleMachine::make_dict() {
  budget_.spend(sizeof(Dict));
  return Value::dict(&pools_.dicts.emplace_back());
}

Value PickleMachine::make_long(Bytes raw) {
  if (raw.size() > 8) {
    budget_.spend(static_cast<int64_t>(raw.size() + sizeof(std::string)));
    return Value::big(&pools_.strings.emplace_back(as_text(raw)));
  }
  uint64_t v = 0;
  for (size_t i = 0; i < raw.size(); ++i) v |= std::to_integer<uint64_t>(raw[i]) << (8 * i);
  // sign-extend from the last byte
  if (!raw.empty() && raw.size() < 8 && std::to_integer<int>(raw.back()) & 0x80) {
    v |= ~uint64_t{0} << (8 * raw.size());
  }
  return Value::integer(static_cast<int64_t>(v));
}

NdArray* PickleMachine::new_array() {
  budget_.spend(sizeof(NdArray));
  return &pools_.arrays.emplace_back();
}

void PickleMachine::set_items(Dict& dict, const List& flat) {
  if (flat.size() % 2 != 0) refuse("a key without a value");
  budget_.spend(kValue * static_cast<int64_t>(flat.size()));
  for (size_t i = 0; i < flat.size(); i += 2) dict.entries.emplace_back(flat[i], flat[i + 1]);
}

}  // namespace motus::formats
