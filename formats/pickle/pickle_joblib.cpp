// joblib's arrays: the object of a NumpyArrayWrapper is filled with a dict, and the numbers follow
// the opcode that did so, as they are, in the middle of the pickle.
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_machine.h"

namespace motus::formats {

void PickleMachine::build_joblib(NdArray& out, const Value& state) {
  if (out.built) refuse("an array filled twice");
  const Value *shape = state.find("shape"), *order = state.find("order"),
              *dtype = state.find("dtype"), *aligned = state.find("numpy_array_alignment_bytes");
  const bool ok = shape && order && order->is(ValueKind::text) && dtype &&
                  dtype->is(ValueKind::dtype) &&
                  (order->raw_string() == "C" || order->raw_string() == "F");
  if (!ok) refuse("a damaged joblib array");
  if (in_.offset() < frame_end_) refuse("a joblib array inside a frame");
  if (dtype->raw_dtype().type == "O") {
    // objects are a pickle of their own, of an array
    if (nested_ + 1 > kMaxNested) refuse("pickles nested {} deep", nested_ + 1);
    const Bytes rest = in_.rest();
    PickleMachine machine(rest, 0, pools_, budget_, nested_ + 1);
    const Value objects = machine.run();
    in_.take(machine.end());
    if (!objects.is(ValueKind::array) || !objects.raw_array().objects) {
      refuse("objects of a joblib array as {}", kind_text(objects.kind()));
    }
    const NdArray& inner = objects.raw_array();
    budget_.spend(static_cast<int64_t>(inner.items.size() * sizeof(Value)));
    out.objects = true;
    out.array = inner.array;
    out.items = inner.items;
    out.built = true;
    return;
  }
  // joblib from 1.2 on pads to a multiple of 16: a byte with the length, and that many
  if (aligned && !aligned->is_none()) in_.take(in_.read<uint8_t>());
  const std::string descr = dtype->raw_dtype().descr();
  out.fortran = order->raw_string() == "F";
  try {
    const std::vector<int64_t> dims = shape_of(*shape);
    const int64_t size = byte_count(dims, item_size(descr), static_cast<int64_t>(in_.remaining()));
    budget_.spend(size);
    const Bytes data = in_.take(static_cast<size_t>(size));
    out.array = make_array(descr, dims, out.fortran, {data.begin(), data.end()});
  } catch (const Error& e) {
    refuse("{}", e.what());
  }
  out.built = true;
}

}  // namespace motus::formats
