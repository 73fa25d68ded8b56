#include "tests/formats/second_reader.h"

#include <assimp/config.h>
#include <assimp/scene.h>

#include <assimp/Importer.hpp>
#include <map>

#include "tests/catch.h"

#define TINYGLTF_NO_STB_IMAGE
#define TINYGLTF_NO_STB_IMAGE_WRITE
#include <tiny_gltf.h>

namespace motus {

namespace {

Vec3 vector_of(const aiVector3D& v) {
  return {v.x, v.y, v.z};
}

Quat quat_of(const aiQuaternion& q) {
  return Quat(q.w, q.x, q.y, q.z).normalized();
}

/// The two keys around a time, and how far from one to the other.
template <typename Key>
std::tuple<const Key&, const Key&, double> around(const Key* keys, unsigned count, double ticks) {
  unsigned i = 0;
  while (i + 1 < count && keys[i + 1].mTime <= ticks) ++i;
  if (i + 1 >= count) return {keys[count - 1], keys[count - 1], 0.0};
  const double u = (ticks - keys[i].mTime) / (keys[i + 1].mTime - keys[i].mTime);
  return {keys[i], keys[i + 1], std::clamp(u, 0.0, 1.0)};
}

Eigen::Affine3d pose_of(const aiNodeAnim& a, double ticks) {
  const auto [p, q, u] = around(a.mPositionKeys, a.mNumPositionKeys, ticks);
  const auto [r, s, v] = around(a.mRotationKeys, a.mNumRotationKeys, ticks);
  const auto [x, y, w] = around(a.mScalingKeys, a.mNumScalingKeys, ticks);
  const Vec3 at = (1 - u) * vector_of(p.mValue) + u * vector_of(q.mValue);
  const Vec3 scale = (1 - w) * vector_of(x.mValue) + w * vector_of(y.mValue);
  return Eigen::Translation3d(at) * slerp(quat_of(r.mValue), quat_of(s.mValue), v) *
         Eigen::Scaling(scale);
}

Eigen::Affine3d pose_of(const aiNode& n) {
  aiVector3D at, scale;
  aiQuaternion turn;
  n.mTransformation.Decompose(scale, turn, at);
  return Eigen::Translation3d(vector_of(at)) * quat_of(turn) * Eigen::Scaling(vector_of(scale));
}

}  // namespace

Frames assimp_positions(const std::vector<std::byte>& bytes, const std::string& extension,
                        const Clip& clip, double metres, double start) {
  Assimp::Importer importer;
  // with its helper nodes for pivots Assimp 5.2 applies an animated bone's transform twice
  importer.SetPropertyBool(AI_CONFIG_IMPORT_FBX_PRESERVE_PIVOTS, false);
  const aiScene* scene =
      importer.ReadFileFromMemory(bytes.data(), bytes.size(), 0, extension.c_str());
  INFO(importer.GetErrorString());
  REQUIRE(scene != nullptr);
  REQUIRE(scene->mNumAnimations > 0);
  const aiAnimation& animation = *scene->mAnimations[0];
  const double rate = animation.mTicksPerSecond > 0 ? animation.mTicksPerSecond : 25;
  std::map<std::string, const aiNodeAnim*> moves;
  for (unsigned i = 0; i < animation.mNumChannels; ++i) {
    moves[animation.mChannels[i]->mNodeName.C_Str()] = animation.mChannels[i];
  }
  const Quat axes(0.5, 0.5, 0.5, 0.5);
  Frames out(clip.frames(), 3 * clip.skeleton->body_count());
  for (int f = 0; f < clip.frames(); ++f) {
    const double ticks = (start + f / clip.fps) * rate;
    for (int b = 0; b < clip.skeleton->body_count(); ++b) {
      const std::string& name = clip.skeleton->bodies()[static_cast<size_t>(b)].name;
      INFO(name);
      const aiNode* node = scene->mRootNode->FindNode(name.c_str());
      REQUIRE(node != nullptr);
      Eigen::Affine3d world = Eigen::Affine3d::Identity();
      for (; node; node = node->mParent) {
        const auto m = moves.find(node->mName.C_Str());
        world = (m == moves.end() ? pose_of(*node) : pose_of(*m->second, ticks)) * world;
      }
      out.block<1, 3>(f, 3 * b) = metres * (axes * Vec3(world.translation())).transpose();
    }
  }
  return out;
}

std::string tinygltf_complaints(const std::vector<std::byte>& glb) {
  tinygltf::TinyGLTF reader;
  tinygltf::Model model;
  std::string errors, warnings;
  const bool good = reader.LoadBinaryFromMemory(&model, &errors, &warnings,
                                                reinterpret_cast<const unsigned char*>(glb.data()),
                                                static_cast<unsigned>(glb.size()));
  return errors + warnings + (good ? "" : "not loaded");
}

}  // namespace motus
