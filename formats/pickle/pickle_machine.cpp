#include "formats/pickle/pickle_machine.h"

#include <bit>
#include <charconv>

#include "formats/pickle/pickle_opcodes.h"

namespace motus::formats {

namespace {

constexpr size_t kMaxMemo = 1000000;
constexpr size_t kMaxStack = 1000000;
constexpr size_t kMaxMarks = 256;
constexpr int64_t kValue = sizeof(Value);
constexpr size_t kReal = 1 + sizeof(double), kSmall = 2;  // BINFLOAT and BININT1 with their opcodes

double big_endian(const std::byte* p) {
  uint64_t bits = 0;
  std::memcpy(&bits, p, sizeof(bits));
  return std::bit_cast<double>(__builtin_bswap64(bits));
}

}  // namespace

Value PickleMachine::run() {
  while (true) {
    at_ = in_.offset();
    if (in_.done()) refuse("the pickle ends without STOP");
    if (!step(in_.read<uint8_t>())) break;
  }
  if (!marks_.empty() || stack_.size() != 1) {
    refuse("STOP with {} values on the stack, expected 1", stack_.size());
  }
  return stack_.back();
}

bool PickleMachine::step(uint8_t op) {
  switch (op) {
    case kStop:
      return false;
    case kProto: {
      const int protocol = in_.read<uint8_t>();
      if (protocol > 5) refuse("pickle protocol {} is not known", protocol);
      return true;
    }
    case kFrame: {
      const auto length = in_.read<uint64_t>();
      if (length > in_.remaining()) {
        refuse("a frame of {} bytes where {} remain", length, in_.remaining());
      }
      if (at_ < frame_end_) refuse("a frame inside a frame");
      frame_end_ = in_.offset() + length;
      return true;
    }
    case kBinfloat:
      push(Value::real(big_endian(in_.take(sizeof(double)).data())));
      push_numbers();
      return true;
    case kMark:
      if (append_numbers()) return true;
      if (marks_.size() >= kMaxMarks) refuse("more than {} values are open", kMaxMarks);
      marks_.push_back(stack_.size());
      return true;
    default:
      break;
  }
  const bool known =
      step_number(op) || step_text(op) || step_container(op) || step_memo(op) || step_call(op);
  if (known) return true;
  const std::string name = refused_opcode(op);
  if (name.empty()) refuse("0x{:02x} is no opcode of a pickle", op);
  refuse("opcode {}, which no motion data needs: refused", name);
}

std::string refused_opcode(uint8_t op) {
  switch (op) {
    case 'P':
      return "PERSID (an object kept outside the file)";
    case 'i':
      return "INST (makes an object by name)";
    case 'o':
      return "OBJ (makes an object)";
    case 0x82:
    case 0x83:
    case 0x84:
      return fmt::format("EXT{} (a name from a registry)", 1 << (op - 0x82));
    case 0x97:
      return "NEXT_BUFFER (data kept outside the file)";
    case 0x98:
      return "READONLY_BUFFER (data kept outside the file)";
    default:
      return "";
  }
}

bool PickleMachine::step_memo(uint8_t op) {
  const auto number = [&] {
    const std::string s = line();
    size_t v = 0;
    const auto [p, error] = std::from_chars(s.data(), s.data() + s.size(), v);
    if (error != std::errc() || p != s.data() + s.size()) refuse("a memo index that is no number");
    return v;
  };
  size_t index = 0;
  switch (op) {
    case kMemoize:
      memo_put(memo_.size(), top());
      return true;
    case kPop:
      // at a mark it takes the mark away
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case kPopMark:
      pop_to_mark();
      return true;
    case kDup:
      push(Value(top()));
      return true;
    case kPut:
      index = number();
      break;
    case kBinput:
      index = in_.read<uint8_t>();
      break;
    case kLongBinput:
      index = in_.read<uint32_t>();
      break;
    case kGet:
      index = number();
      break;
    case kBinget:
      index = in_.read<uint8_t>();
      break;
    case kLongBinget:
      index = in_.read<uint32_t>();
      break;
    default:
      return false;
  }
  if (op == kPut || op == kBinput || op == kLongBinput) {
    memo_put(index, top());
  } else {
    if (index >= memo_.size() || !memo_set_[index]) refuse("memo entry {} was never set", index);
    push(memo_[index]);
  }
  return true;
}

bool PickleMachine::step_call(uint8_t op) {
  switch (op) {
    case kGlobal: {
      const std::string module = line(), name = line();
      push_global(module, name);
      return true;
    }
    case kStackGlobal: {
      const Value name = pop(), module = pop();
      if (!name.is(ValueKind::text) || !module.is(ValueKind::text)) {
        refuse("a name that is not text");
      }
      push_global(module.raw_string(), name.raw_string());
      return true;
    }
    case kReduce:
    case kNewobj:
    case kNewobjEx: {
      if (op == kNewobjEx) {
        const Value keywords = pop();
        if (!keywords.is(ValueKind::dict) || !keywords.raw_dict().entries.empty()) {
          refuse("an object made with keyword arguments");
        }
      }
      const Value args = pop(), callable = pop();
      if (!callable.is(ValueKind::global)) refuse("a call of {}", kind_text(callable.kind()));
      if (!args.is(ValueKind::tuple)) refuse("arguments that are {}", kind_text(args.kind()));
      push(reduce(global_at(static_cast<int>(callable.raw_integer())), args.raw_list()));
      return true;
    }
    case kBuild: {
      const Value state = pop();
      const Value target = top();
      build(target, state);
      return true;
    }
    case kBinpersid: {
      const Value id = pop();
      push(persistent(id));
      return true;
    }
    default:
      return false;
  }
}

void PickleMachine::push(const Value& v) {
  if (stack_.size() >= kMaxStack) refuse("more than {} values on the stack", kMaxStack);
  stack_.push_back(v);
}

// the frames of a motion are lists of numbers: most opcodes of such a pickle are these
void PickleMachine::push_numbers() {
  const Bytes rest = in_.rest();
  size_t at = 0;
  while (stack_.size() < kMaxStack) {  // beyond it, push() refuses the next
    const std::byte* p = rest.data() + at;
    const size_t left = rest.size() - at;
    if (left >= kReal && *p == std::byte{kBinfloat}) {
      stack_.push_back(Value::real(big_endian(p + 1)));
      at += kReal;
    } else if (left >= kSmall && *p == std::byte{kBinint1}) {
      stack_.push_back(Value::integer(std::to_integer<int64_t>(p[1])));
      at += kSmall;
    } else {
      break;
    }
  }
  in_.take(at);
}

// and most of those lists come as a whole: a mark, numbers, APPENDS
bool PickleMachine::append_numbers() {
  const Bytes rest = in_.rest();
  size_t end = 0, count = 0;
  bool mixed = false;
  for (; end < rest.size(); ++count) {
    if (rest[end] == std::byte{kBinfloat}) {
      end += kReal;
    } else if (rest[end] == std::byte{kBinint1}) {
      end += kSmall;
      mixed = true;
    } else {
      break;
    }
  }
  const size_t floor = marks_.empty() ? 0 : marks_.back();
  const bool whole = count > 0 && end < rest.size() && rest[end] == std::byte{kAppends} &&
                     count <= kMaxStack - stack_.size() && marks_.size() < kMaxMarks &&
                     stack_.size() > floor && stack_.back().is(ValueKind::list);
  if (!whole) return false;
  Sequence& list = stack_.back().raw_sequence();
  const size_t before = list.reals.size();
  if (!list.numbers_alone() || (mixed && before + count > Sequence::kMostMixed)) return false;
  budget_.spend(kValue * static_cast<int64_t>(count));
  list.reals.resize(before + count);
  double* to = list.reals.data() + before;
  const std::byte* p = rest.data();
  for (size_t i = 0; i < count; ++i) {
    if (*p == std::byte{kBinfloat}) {
      to[i] = big_endian(p + 1);
      p += kReal;
    } else {
      to[i] = std::to_integer<uint8_t>(p[1]);
      list.wholes.set(before + i);
      p += kSmall;
    }
  }
  in_.take(end + 1);
  return true;
}

Value PickleMachine::pop() {
  const Value v = top();
  stack_.pop_back();
  return v;
}

Value& PickleMachine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("the stack is empty");
  return stack_.back();
}

List PickleMachine::pop_to_mark() {
  const std::span<const Value> open = since_mark();
  List items(open.begin(), open.end());
  drop_to_mark();
  return items;
}

std::span<const Value> PickleMachine::since_mark() const {
  if (marks_.empty()) refuse("no mark on the stack");
  return std::span(stack_).subspan(marks_.back());
}

void PickleMachine::drop_to_mark() {
  stack_.erase(stack_.begin() + static_cast<ptrdiff_t>(marks_.back()), stack_.end());
  marks_.pop_back();
}

void PickleMachine::append(const Value& target, std::span<const Value> items) {
  if (!target.is(ValueKind::list)) refuse("items for {}", kind_text(target.kind()));
  budget_.spend(kValue * static_cast<int64_t>(items.size()));
  target.raw_sequence().append(items);
}

// straight from the stack: a copy of the items would cost as much as all the rest
void PickleMachine::append_to_mark() {
  const std::span<const Value> items = since_mark();
  const size_t below = marks_.back(), floor = marks_.size() > 1 ? marks_[marks_.size() - 2] : 0;
  if (below <= floor) refuse("the stack is empty");
  append(stack_[below - 1], items);
  drop_to_mark();
}

void PickleMachine::memo_put(size_t index, const Value& v) {
  // real picklers number from 0, Python 2's from 1: a larger gap is an attempt on the memory
  if (index > memo_.size() + 1) refuse("memo index {} after {}", index, memo_.size());
  if (index >= kMaxMemo) refuse("more than {} memo entries", kMaxMemo);
  if (index == memo_.size()) {
    memo_.push_back(v);
    memo_set_.push_back(true);
    return;
  }
  if (index > memo_.size()) {
    memo_.resize(index + 1);
    memo_set_.resize(index + 1);
  }
  memo_[index] = v;
  memo_set_[index] = true;
}

std::string PickleMachine::line() {
  std::string out;
  while (true) {
    if (in_.done()) refuse("a line without end");
    const char c = static_cast<char>(in_.read<uint8_t>());
    if (c == '\n') break;
    out += c;
  }
  if (out.ends_with('\r')) out.pop_back();
  return out;
}

}  // namespace motus::formats
