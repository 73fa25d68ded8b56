#include "learn/checkpoint.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/from_blob.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/csrc/jit/serialization/pickler.h>

#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

#include "motion/error.h"

namespace motus::learn {

namespace {

std::vector<char> content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  require(in.good() && !std::filesystem::is_directory(file), Kind::bad_input,
          "{}: cannot be opened", file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void add(Archive& out, const std::string& name, const at::Tensor& given) {
  const at::Tensor t = given.cpu().contiguous();
  const std::vector<int64_t> shape = t.sizes().vec();
  const auto n = static_cast<size_t>(t.numel());
  if (t.scalar_type() == at::kFloat) {
    out.put<float>(name, {t.data_ptr<float>(), n}, shape);
  } else if (t.scalar_type() == at::kDouble) {
    out.put<double>(name, {t.data_ptr<double>(), n}, shape);
  } else if (t.scalar_type() == at::kLong) {
    out.put<int64_t>(name, {t.data_ptr<int64_t>(), n}, shape);
  }
}

Archive parse_model_pt(const std::vector<char>& bytes, const std::string& place) {
  Archive out;
  out.set_place(place);
  try {
    const c10::IValue value = torch::jit::pickle_load(bytes);
    require(value.isGenericDict(), Kind::bad_input, "{}: holds no state_dict", place);
    for (const auto& entry : value.toGenericDict()) {
      if (entry.key().isString() && entry.value().isTensor())
        add(out, entry.key().toStringRef(), entry.value().toTensor());
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {
    // LibTorch adds a trace of its own calls after the first line
    std::string why = e.what();
    why.resize(std::min(why.find('\n'), why.size()));
    throw_error(Kind::bad_input, "{}: not a model.pt that can be read ({})", place, why);
  }
  require(out.arrays.contains("_model._action_dist._mean_net.weight"), Kind::bad_input,
          "{}: a PyTorch file, but '_model._action_dist._mean_net.weight' is missing: no model of "
          "MimicKit",
          place);
  return out;
}

at::Tensor tensor_of(const ArchiveArray& a) {
  const at::ScalarType type = a.dtype == Dtype::i64 ? at::kLong : at::kFloat;
  return at::from_blob(const_cast<std::byte*>(a.bytes.data()), a.shape,
                       at::TensorOptions().dtype(type))
      .clone();
}

/// As torch.save writes it. LibTorch's own pickle_save adds the types of its script language to dicts, for
/// which torch.load wants the file to be trusted.
std::vector<std::byte> zip_of(const c10::IValue& value) {
  std::string pickle;
  torch::jit::Pickler pickler([&](const char* data, size_t size) { pickle.append(data, size); },
                              nullptr, nullptr, nullptr, nullptr, false);
  pickler.protocol();
  pickler.pushIValue(value);
  pickler.stop();
  std::vector<std::byte> out;
  caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out.insert(out.end(), bytes, bytes + size);
    return size;
  });
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  size_t number = 0;
  for (const at::Tensor& t : pickler.tensorData()) {
    writer.writeRecord("data/" + std::to_string(number++), t.data_ptr(), t.nbytes());
  }
  writer.writeEndOfFile();
  return out;
}

std::string name_difference(const Archive& a, const char* key, const char* what,
                            const std::vector<std::string>& here) {
  const auto it = a.words.find(key);
  if (it == a.words.end()) return {};
  std::istringstream words(it->second);
  std::vector<std::string> there;
  for (std::string w; words >> w;) there.push_back(w);
  for (size_t i = 0; i < std::min(there.size(), here.size()); ++i) {
    if (there[i] != here[i])
      return fmt::format("{} {} is '{}' in the checkpoint and '{}' here", what, i, there[i],
                         here[i]);
  }
  if (there.size() == here.size()) return {};
  return fmt::format("the checkpoint's robot has {} names of kind '{}', this one {}", there.size(),
                     what, here.size());
}

}  // namespace

Archive load_checkpoint(const std::filesystem::path& file) {
  const std::vector<char> bytes = content(file);
  const bool zip = bytes.size() > 4 && bytes[0] == 'P' && bytes[1] == 'K';
  if (zip) return parse_model_pt(bytes, file.string());
  return Archive::parse(std::as_bytes(std::span(bytes)), file.string());
}

std::vector<std::byte> model_pt(const Archive& archive) {
  c10::Dict<std::string, at::Tensor> state;
  for (const auto& [name, a] : archive.arrays) {
    const bool known = a.dtype == Dtype::f32 || a.dtype == Dtype::i64;
    if (known && name.starts_with('_')) state.insert(name, tensor_of(a));
  }
  return zip_of(state);
}

std::string robot_difference(const Archive& a, const sim::EnvSpec& spec) {
  if (std::string d = name_difference(a, "dofs", "joint", spec.dof_names); !d.empty()) return d;
  if (std::string d = name_difference(a, "bodies", "body", spec.body_names); !d.empty()) return d;
  const std::vector<float> centre = a.get<float>("_a_norm._mean");
  const std::vector<float> scale = a.get<float>("_a_norm._std");
  if (centre.size() != spec.action_centre.size() || scale.size() != centre.size()) {
    return fmt::format("{} actions in the checkpoint, {} here", centre.size(),
                       spec.action_centre.size());
  }
  for (size_t i = 0; i < centre.size(); ++i) {
    constexpr float kSame = 1e-3F;  // rad
    if (std::abs(centre[i] - spec.action_centre[i]) < kSame &&
        std::abs(scale[i] - spec.action_scale[i]) < kSame)
      continue;
    return fmt::format(
        "action {} ('{}') is {:.4g} +- {:.4g} rad in the checkpoint and {:.4g} +- {:.4g} here", i,
        spec.dof_names[i], centre[i], scale[i], spec.action_centre[i], spec.action_scale[i]);
  }
  return {};
}

}  // namespace motus::learn
