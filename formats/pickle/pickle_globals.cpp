// The names a pickle may use, and what calling or filling them means.
#include <algorithm>
#include <array>
#include <cstring>

#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_machine.h"
#include "formats/text_codec.h"

namespace motus::formats {

namespace {

constexpr int64_t kArrayLimit = int64_t{1} << 33;

constexpr std::array kNames = {
    GlobalName{"numpy.core.multiarray", "_reconstruct", Global::reconstruct},
    GlobalName{"numpy._core.multiarray", "_reconstruct", Global::reconstruct},
    GlobalName{"numpy.core.multiarray", "scalar", Global::scalar},
    GlobalName{"numpy._core.multiarray", "scalar", Global::scalar},
    GlobalName{"numpy.core.numeric", "_frombuffer", Global::frombuffer},
    GlobalName{"numpy._core.numeric", "_frombuffer", Global::frombuffer},
    GlobalName{"numpy", "ndarray", Global::ndarray},
    GlobalName{"numpy", "memmap", Global::ndarray},
    GlobalName{"numpy", "dtype", Global::dtype},
    GlobalName{"numpy.dtypes", "Float16DType", Global::dtype_class, "f2"},
    GlobalName{"numpy.dtypes", "Float32DType", Global::dtype_class, "f4"},
    GlobalName{"numpy.dtypes", "Float64DType", Global::dtype_class, "f8"},
    GlobalName{"numpy.dtypes", "Int8DType", Global::dtype_class, "i1"},
    GlobalName{"numpy.dtypes", "Int16DType", Global::dtype_class, "i2"},
    GlobalName{"numpy.dtypes", "Int32DType", Global::dtype_class, "i4"},
    GlobalName{"numpy.dtypes", "Int64DType", Global::dtype_class, "i8"},
    GlobalName{"numpy.dtypes", "UInt8DType", Global::dtype_class, "u1"},
    GlobalName{"numpy.dtypes", "UInt16DType", Global::dtype_class, "u2"},
    GlobalName{"numpy.dtypes", "UInt32DType", Global::dtype_class, "u4"},
    GlobalName{"numpy.dtypes", "UInt64DType", Global::dtype_class, "u8"},
    GlobalName{"numpy.dtypes", "BoolDType", Global::dtype_class, "b1"},
    GlobalName{"collections", "OrderedDict", Global::ordered_dict},
    GlobalName{"_codecs", "encode", Global::encode},
    GlobalName{"builtins", "int", Global::make_int},
    GlobalName{"builtins", "float", Global::make_float},
    GlobalName{"builtins", "bool", Global::make_bool},
    GlobalName{"builtins", "list", Global::make_list},
    GlobalName{"builtins", "dict", Global::make_dict},
    GlobalName{"builtins", "tuple", Global::make_tuple},
    GlobalName{"builtins", "set", Global::make_set},
    GlobalName{"builtins", "frozenset", Global::make_set},
    GlobalName{"builtins", "bytes", Global::make_bytes},
    GlobalName{"builtins", "bytearray", Global::make_bytes},
    GlobalName{"builtins", "complex", Global::make_complex},
    GlobalName{"torch._utils", "_rebuild_tensor_v2", Global::rebuild_tensor},
    GlobalName{"torch._utils", "_rebuild_tensor", Global::rebuild_tensor},
    GlobalName{"torch", "Size", Global::make_tuple},
    GlobalName{"torch.storage", "_load_from_bytes", Global::load_from_bytes},
    GlobalName{"torch", "FloatStorage", Global::torch_storage, "f4"},
    GlobalName{"torch", "DoubleStorage", Global::torch_storage, "f8"},
    GlobalName{"torch", "HalfStorage", Global::torch_storage, "f2"},
    GlobalName{"torch", "BFloat16Storage", Global::torch_storage, "bf16"},
    GlobalName{"torch", "LongStorage", Global::torch_storage, "i8"},
    GlobalName{"torch", "IntStorage", Global::torch_storage, "i4"},
    GlobalName{"torch", "ShortStorage", Global::torch_storage, "i2"},
    GlobalName{"torch", "CharStorage", Global::torch_storage, "i1"},
    GlobalName{"torch", "ByteStorage", Global::torch_storage, "u1"},
    GlobalName{"torch", "BoolStorage", Global::torch_storage, "b1"},
    GlobalName{"torch.storage", "UntypedStorage", Global::torch_storage, "u1"},
    GlobalName{"joblib.numpy_pickle", "NumpyArrayWrapper", Global::joblib_array},
    GlobalName{"joblib.numpy_pickle", "NDArrayWrapper", Global::joblib_sibling},
    GlobalName{"joblib.numpy_pickle", "ZNDArrayWrapper", Global::joblib_sibling},
    GlobalName{"joblib.numpy_pickle_compat", "NDArrayWrapper", Global::joblib_sibling},
    GlobalName{"joblib.numpy_pickle_compat", "ZNDArrayWrapper", Global::joblib_sibling},
    GlobalName{"mimickit.anim.motion", "Motion", Global::instance},
    GlobalName{"mimickit.anim.motion", "LoopMode", Global::enumerator},
    GlobalName{"anim.motion", "Motion", Global::instance},
    GlobalName{"anim.motion", "LoopMode", Global::enumerator},
    GlobalName{"protomotions.simulator.base_simulator.simulator_state", "StateConversion",
               Global::enumerator},
};

/// One name for the types that NumPy spells in two ways.
std::string_view plain_type(std::string_view code) {
  if (!code.empty() && std::string_view("<>|=").find(code[0]) != std::string_view::npos) {
    code.remove_prefix(1);
  }
  if (code == "O8" || code == "O4") return "O";
  if (code == "bool") return "b1";
  return code;
}

}  // namespace

int find_global(std::string_view module, std::string_view name) {
  if (module == "__builtin__") module = "builtins";
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i].module == module && kNames[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

const GlobalName& global_at(int index) {
  return kNames[static_cast<size_t>(index)];
}

void PickleMachine::push_global(const std::string& module, const std::string& name) {
  const int index = find_global(module, name);
  if (index < 0) {
    refuse("the pickle names '{}.{}', which no motion data needs: refused, nothing was run",
           module.substr(0, 80), name.substr(0, 80));
  }
  if (global_at(index).id == Global::joblib_sibling) {
    refuse("joblib kept the arrays in files beside this one: load it in Python and dump it again");
  }
  push(Value::global(index));
}

Value PickleMachine::reduce(const GlobalName& callable, const List& args) {
  switch (callable.id) {
    case Global::reconstruct:
    case Global::dtype:
    case Global::dtype_class:
    case Global::scalar:
    case Global::frombuffer:
      return reduce_numpy(callable, args);
    case Global::rebuild_tensor:
      return rebuild_tensor(args);
    case Global::load_from_bytes:
      if (args.size() != 1) refuse("_load_from_bytes with {} arguments", args.size());
      return load_legacy_storage(args[0]);
    case Global::instance: {
      const Value object = make_dict();
      object.raw_dict().instance = true;
      return object;
    }
    case Global::joblib_array: {
      NdArray* const array = new_array();
      array->joblib = true;
      return Value::array(array);
    }
    case Global::enumerator:
      if (args.size() != 1) refuse("{} with {} arguments", callable.name, args.size());
      return args[0];
    case Global::ndarray:
    case Global::torch_storage:
      refuse("a call of '{}.{}'", callable.module, callable.name);
    default:
      return reduce_builtin(callable, args);
  }
}

Value PickleMachine::reduce_builtin(const GlobalName& callable, const List& args) {
  const auto want = [&](bool ok) {
    if (!ok) refuse("arguments that '{}.{}' does not take", callable.module, callable.name);
  };
  const bool one = args.size() == 1;
  switch (callable.id) {
    case Global::ordered_dict:
    case Global::make_dict: {
      const Value out = make_dict();
      if (args.empty()) return out;
      want(one && (args[0].is_sequence() || args[0].is(ValueKind::dict)));
      if (args[0].is(ValueKind::dict)) return args[0];
      for (const Value& pair : args[0].raw_list()) {
        want(pair.is_sequence() && pair.raw_list().size() == 2);
        set_items(out.raw_dict(), pair.raw_list());
      }
      return out;
    }
    case Global::encode: {
      want(args.size() == 2 && args[0].is(ValueKind::text) && args[1].is(ValueKind::text));
      want(args[1].raw_string() == "latin1" || args[1].raw_string() == "latin-1");
      const std::string raw = utf8_to_latin1(args[0].raw_string());
      return make_bytes(std::as_bytes(std::span(raw)));
    }
    case Global::make_int:
      want(one && (args[0].is(ValueKind::integer) || args[0].is(ValueKind::boolean)));
      return Value::integer(args[0].raw_integer());
    case Global::make_float:
      want(one);
      return Value::real(args[0].number("float()"));
    case Global::make_bool:
      want(one && (args[0].is(ValueKind::integer) || args[0].is(ValueKind::boolean)));
      return Value::boolean(args[0].raw_integer() != 0);
    case Global::make_list:
    case Global::make_set:
      want(args.empty() || (one && args[0].is_sequence()));
      return make_list(args.empty() ? List{} : args[0].raw_list());
    case Global::make_tuple:
      want(args.empty() || (one && args[0].is_sequence()));
      return make_tuple(args.empty() ? List{} : args[0].raw_list());
    case Global::make_bytes:
      if (args.empty()) return make_bytes({});
      if (args.size() == 2)
        return reduce_builtin(global_at(find_global("_codecs", "encode")), args);
      want(one && args[0].is(ValueKind::bytes));
      return args[0];
    case Global::make_complex:
      want(args.size() == 2);
      return make_tuple(args);
    default:
      refuse("a call of '{}.{}'", callable.module, callable.name);
  }
}

Value PickleMachine::numpy_dtype(const std::string& code) {
  const std::string type(plain_type(code));
  if (type != "O") item_size("<" + type);  // refuses what is no plain type
  budget_.spend(sizeof(DType));
  DType& out = pools_.dtypes.emplace_back();
  out.type = type;
  out.order = type == "O" ? '|' : '<';
  if (!code.empty() && code[0] == '>') out.order = '>';
  return Value::dtype(&out);
}

std::vector<std::byte> PickleMachine::raw_bytes(const Value& v, const char* what) {
  if (!v.is(ValueKind::bytes) && !v.is(ValueKind::text)) {
    refuse("{} as {}, expected bytes", what, kind_text(v.kind()));
  }
  // Python 2 had no bytes: its arrays arrive as text of Latin-1 characters
  std::string latin1;
  if (v.is(ValueKind::text)) latin1 = utf8_to_latin1(v.raw_string());
  const auto raw = std::as_bytes(std::span(v.is(ValueKind::text) ? latin1 : v.raw_string()));
  budget_.spend(static_cast<int64_t>(raw.size()));
  return {raw.begin(), raw.end()};
}

std::vector<int64_t> PickleMachine::shape_of(const Value& v) {
  std::vector<int64_t> shape;
  if (v.is(ValueKind::integer)) {
    shape.push_back(v.raw_integer());
  } else {
    if (!v.is_sequence() || v.raw_list().size() > 32) refuse("a shape that is no short tuple");
    for (const Value& d : v.raw_list()) {
      if (!d.is(ValueKind::integer)) refuse("a shape with {}", kind_text(d.kind()));
      shape.push_back(d.raw_integer());
    }
  }
  return shape;
}

Value PickleMachine::reduce_numpy(const GlobalName& callable, const List& args) {
  if (callable.id == Global::dtype_class) return numpy_dtype(std::string(callable.type));
  if (callable.id == Global::dtype) {
    if (args.empty() || !args[0].is(ValueKind::text)) refuse("a dtype without a type code");
    return numpy_dtype(args[0].raw_string());
  }
  NdArray* const array = new_array();
  if (callable.id == Global::reconstruct) {
    const bool ok = args.size() == 3 && args[0].is(ValueKind::global) &&
                    global_at(static_cast<int>(args[0].raw_integer())).id == Global::ndarray;
    if (!ok) refuse("_reconstruct of something that is no ndarray");
    return Value::array(array);
  }
  const bool scalar = callable.id == Global::scalar;
  const size_t dtype = scalar ? 0 : 1;
  if (args.size() != (scalar ? 2u : 4u) || !args[dtype].is(ValueKind::dtype)) {
    refuse("arguments that '{}.{}' does not take", callable.module, callable.name);
  }
  const std::string descr = args[dtype].raw_dtype().descr();
  bool fortran = false;
  if (!scalar && args[3].is(ValueKind::text)) fortran = args[3].raw_string() == "F";
  try {
    array->array = make_array(descr, scalar ? std::vector<int64_t>{} : shape_of(args[2]), fortran,
                              raw_bytes(args[scalar ? 1 : 0], "array data"));
  } catch (const Error& e) {
    refuse("{}", e.what());
  }
  array->built = true;
  array->fortran = fortran;
  array->numpy_scalar = scalar;
  return Value::array(array);
}

void PickleMachine::build(const Value& target, const Value& state) {
  if (target.is(ValueKind::dict) && target.raw_dict().instance) {
    if (!state.is(ValueKind::dict)) refuse("an object's state as {}", kind_text(state.kind()));
    budget_.spend(static_cast<int64_t>(state.raw_dict().entries.size() * 2 * sizeof(Value)));
    target.raw_dict().entries = state.raw_dict().entries;
    target.raw_dict().instance = false;
    return;
  }
  if (target.is(ValueKind::array) && target.raw_array().joblib) {
    return build_joblib(target.raw_array(), state);
  }
  if (!state.is(ValueKind::tuple)) refuse("BUILD with {}", kind_text(state.kind()));
  if (target.is(ValueKind::array)) {
    build_array(target.raw_array(), state.raw_list());
  } else if (target.is(ValueKind::dtype)) {
    build_dtype(target.raw_dtype(), state.raw_list());
  } else {
    refuse("BUILD of {}", kind_text(target.kind()));
  }
}

void PickleMachine::build_array(NdArray& array, const List& state) {
  if (array.built) refuse("an array filled twice");
  // (version, shape, dtype, fortran, data); ancient pickles leave the version out
  const size_t o = state.size() == 5 ? 1 : 0;
  if (state.size() != 4 + o || !state[1 + o].is(ValueKind::dtype)) refuse("a damaged array state");
  const DType& dtype = state[1 + o].raw_dtype();
  const std::vector<int64_t> shape = shape_of(state[o]);
  const Value& order = state[2 + o];
  if (!order.is(ValueKind::boolean) && !order.is(ValueKind::integer)) {
    refuse("a damaged array state");
  }
  const bool fortran = order.raw_integer() != 0;
  try {
    if (dtype.type == "O") {
      const Value& items = state[3 + o];
      require(items.is(ValueKind::list), Kind::bad_input, "objects of an array as {}",
              kind_text(items.kind()));
      const auto have = static_cast<int64_t>(items.raw_list().size());
      require(byte_count(shape, 1, kArrayLimit) == have, Kind::bad_input,
              "shape {} with {} objects", shape_text(shape), have);
      require(!fortran || shape.size() < 2, Kind::bad_input, "objects in Fortran order");
      budget_.spend(have * static_cast<int64_t>(sizeof(Value)));
      array.objects = true;
      array.array.descr = "|O";
      array.array.shape = shape;
      array.items = items.raw_list();
    } else {
      array.array =
          make_array(dtype.descr(), shape, fortran, raw_bytes(state[3 + o], "array data"));
    }
  } catch (const Error& e) {
    refuse("{}", e.what());
  }
  array.fortran = fortran;
  array.built = true;
}

void PickleMachine::build_dtype(DType& dtype, const List& state) {
  // (version, byte order, subdtype, names, fields, item size, alignment, flags[, metadata])
  if (state.size() < 8 || state.size() > 9 || !state[1].is(ValueKind::text)) {
    refuse("a damaged dtype state");
  }
  if (!state[2].is_none() || !state[3].is_none() || !state[4].is_none()) {
    refuse("a structured dtype is not read");
  }
  const std::string& order = state[1].raw_string();
  if (order != "<" && order != ">" && order != "|" && order != "=") {
    refuse("byte order '{}'", order.substr(0, 10));
  }
  if (order != "=") dtype.order = order[0];
  // "U0" and "S0" learn their length here
  if ((dtype.type == "U" || dtype.type == "S") && state[5].is(ValueKind::integer)) {
    const int64_t unit = dtype.type == "U" ? 4 : 1;
    dtype.type += std::to_string(state[5].raw_integer() / unit);
  }
}

}  // namespace motus::formats
