#include "formats/scene/assimp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "formats/apart.h"
#include "formats/bytes.h"
#include "formats/scene/assimp_library.h"
#include "formats/scene/scene.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

using namespace scene;

/// What a file begins with, and the extension by which Assimp knows its importer.
struct Kin {
  std::string_view magic, extension;
};
constexpr std::array kKin = {Kin{"xof 03", "x"}, Kin{"BB3D", "b3d"}, Kin{"MS3D000000", "ms3d"},
                             Kin{"*3DSMAX_ASCIIEXPORT", "ase"}};

/// Assimp's extension for the content, "" for what is not read here.
std::string_view extension_of(Bytes bytes) {
  for (const Kin& k : kKin) {
    if (starts_with(bytes, k.magic)) return k.extension;
  }
  const std::string_view head = as_text(bytes.first(std::min<size_t>(bytes.size(), 4096)));
  return head.find("<COLLADA") != std::string_view::npos ? "dae" : "";
}

Vec3 vector_of(const aiVector3D& v) {
  return {v.x, v.y, v.z};
}

Quat quat_of(const aiQuaternion& q) {
  const Quat out(q.w, q.x, q.y, q.z);
  return out.norm() > 1e-9 ? out.normalized() : Quat::Identity();
}

Affine affine_of(const aiMatrix4x4& m) {
  Affine out;
  out.matrix() << m.a1, m.a2, m.a3, m.a4, m.b1, m.b2, m.b3, m.b4, m.c1, m.c2, m.c3, m.c4, 0, 0, 0,
      1;
  return out;
}

/// Where a time lies among increasing keys: those around it, and how far from one to the other.
template <typename Key>
std::tuple<const Key&, const Key&, double> around(std::span<const Key> keys, double ticks) {
  const auto after = std::upper_bound(keys.begin(), keys.end(), ticks,
                                      [](double t, const Key& k) { return t < k.mTime; });
  if (after == keys.begin()) return {keys.front(), keys.front(), 0.0};
  if (after == keys.end()) return {keys.back(), keys.back(), 0.0};
  const Key& before = *(after - 1);
  return {before, *after, (ticks - before.mTime) / (after->mTime - before.mTime)};
}

Vec3 between(std::span<const aiVectorKey> keys, double ticks, const Vec3& still) {
  if (keys.empty()) return still;
  const auto [a, b, u] = around(keys, ticks);
  return (1 - u) * vector_of(a.mValue) + u * vector_of(b.mValue);
}

/// Assimp's nodes hold one transform each, its channels translation, rotation and scale.
class AssimpScene : public Scene {
 public:
  AssimpScene(const aiScene& scene, const ReadOptions& options) : scene_(scene) {
    add_nodes();
    add_binds();
    for (unsigned i = 0; i < scene.mNumAnimations; ++i) add_take(*scene.mAnimations[i]);
    orient(options);
  }

  Affine local(int take, int node, double time) const override {
    const auto n = static_cast<size_t>(node);
    if (take < 0) return still_[n];
    const auto t = static_cast<size_t>(take);
    const auto at = channels_[t].find(node);
    if (at == channels_[t].end()) return still_[n];
    const aiNodeAnim& a = *at->second;
    const double ticks = time * rates_[t];
    const std::span<const aiVectorKey> positions(a.mPositionKeys, a.mNumPositionKeys);
    const std::span<const aiQuatKey> rotations(a.mRotationKeys, a.mNumRotationKeys);
    const std::span<const aiVectorKey> scales(a.mScalingKeys, a.mNumScalingKeys);
    Quat turn = rotation_in(still_[n].linear());
    if (!rotations.empty()) {
      const auto [p, q, u] = around(rotations, ticks);
      turn = slerp(quat_of(p.mValue), quat_of(q.mValue), u);
    }
    const Vec3 place = between(positions, ticks, still_[n].translation());
    const Vec3 size = between(scales, ticks, still_[n].linear().colwise().norm().transpose());
    return Eigen::Translation3d(place) * turn * Eigen::Scaling(size);
  }

 private:
  static constexpr size_t kMostNodes = 200000;

  /// Depth-first, without recursion: the tree is as deep as the file wants.
  void add_nodes() {
    std::vector<std::pair<const aiNode*, int>> open{{scene_.mRootNode, -1}};
    while (!open.empty()) {
      const auto [node, parent] = open.back();
      open.pop_back();
      require(nodes.size() < kMostNodes, Kind::bad_input, "more than {} nodes", kMostNodes);
      const int index = static_cast<int>(nodes.size());
      Node mine;
      mine.name = node->mName.C_Str();
      mine.parent = parent;
      if (node->mNumMeshes > 0) mine.kind = Node::Kind::prop;
      index_.emplace(mine.name, index);
      meshes_.emplace_back(node->mMeshes, node->mMeshes + node->mNumMeshes);
      nodes.push_back(std::move(mine));
      still_.push_back(affine_of(node->mTransformation));
      for (unsigned k = node->mNumChildren; k-- > 0;) open.emplace_back(node->mChildren[k], index);
    }
  }

  int find(const aiString& name) const {
    const auto at = index_.find(name.C_Str());
    return at == index_.end() ? -1 : at->second;
  }

  void add_binds() {
    std::vector<Affine> world;
    world_transforms(*this, -1, 0, {}, world);
    for (size_t n = 0; n < meshes_.size(); ++n) {
      for (const unsigned m : meshes_[n]) {
        if (m >= scene_.mNumMeshes) continue;
        const aiMesh& mesh = *scene_.mMeshes[m];
        for (unsigned b = 0; b < mesh.mNumBones; ++b) {
          const int bone = find(mesh.mBones[b]->mName);
          if (bone < 0) continue;
          Node& node = nodes[static_cast<size_t>(bone)];
          node.kind = Node::Kind::bone;
          const Affine offset = affine_of(mesh.mBones[b]->mOffsetMatrix);
          const bool solid = std::abs(offset.linear().determinant()) > 1e-20;
          if (!node.bind && solid) node.bind = world[n] * offset.inverse();
          rest_words = "the inverse bind matrices of the skin";
        }
      }
    }
  }

  void add_take(const aiAnimation& a) {
    const double rate = a.mTicksPerSecond > 0 ? a.mTicksPerSecond : 25;
    Take take;
    take.name = a.mName.C_Str();
    take.moves.assign(nodes.size(), false);
    std::map<int, const aiNodeAnim*> moved;
    std::vector<double> most;
    double first = 1e300, last = -1e300;
    const auto note = [&](const auto* keys, unsigned count, const aiNodeAnim& c) {
      std::vector<double> times;
      for (unsigned k = 0; k < count; ++k) {
        times.push_back(keys[k].mTime / rate);
        require(std::isfinite(times[k]) && (k == 0 || times[k] > times[k - 1]), Kind::bad_input,
                "animation '{}', node '{}': key {} does not come after the one before it",
                take.name, c.mNodeName.C_Str(), k);
      }
      if (times.empty()) return;
      first = std::min(first, times.front());
      last = std::max(last, times.back());
      if (times.size() > most.size()) most = std::move(times);
    };
    for (unsigned i = 0; i < a.mNumChannels; ++i) {
      const aiNodeAnim& c = *a.mChannels[i];
      const int node = find(c.mNodeName);
      if (node < 0) continue;
      note(c.mPositionKeys, c.mNumPositionKeys, c);
      note(c.mRotationKeys, c.mNumRotationKeys, c);
      note(c.mScalingKeys, c.mNumScalingKeys, c);
      moved.emplace(node, &c);
      take.moves[static_cast<size_t>(node)] = true;
    }
    if (!most.empty()) take.start = first, take.end = last, take.fps = rate_of_keys(most);
    takes.push_back(std::move(take));
    channels_.push_back(std::move(moved));
    rates_.push_back(rate);
  }

  const aiScene& scene_;
  std::map<std::string, int> index_;  ///< by name; the first of equal ones, as Assimp has it
  std::vector<std::vector<unsigned>> meshes_;
  std::vector<Affine> still_;
  std::vector<std::map<int, const aiNodeAnim*>> channels_;  ///< by take, then node
  std::vector<double> rates_;                               ///< ticks a second, by take
};

}  // namespace

Match sniff_assimp(Bytes bytes) {
  return extension_of(bytes).empty() ? Match::no : Match::yes;
}

std::vector<Clip> read_assimp(Bytes bytes, const ReadOptions& options) {
  const std::string extension(extension_of(bytes));
  require(!extension.empty(), Kind::bad_input,
          "is no Collada, DirectX X, Blitz3D, MilkShape or 3ds Max ASCII scene");
  const AssimpLibrary& library = AssimpLibrary::get();  // before the fork: loading takes locks
  const auto read = [&] {
    const AssimpLibrary::ScenePtr scene = library.import(bytes, extension);
    return clips_of(AssimpScene(*scene, options), options);
  };
  return clips_of_child(read, bytes.size(), options, {"scene", "Assimp", "export it as glTF"});
}

}  // namespace motus::formats
