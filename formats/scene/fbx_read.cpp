#include <algorithm>
#include <array>
#include <cmath>

#include "formats/bytes.h"
#include "formats/scene/fbx.h"
#include "formats/scene/fbx_curve.h"
#include "formats/scene/fbx_document.h"
#include "formats/scene/scene.h"
#include "formats/units.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

using namespace fbx;
using namespace scene;

constexpr double kDegree = M_PI / 180;

/// A number that must be one of 0 .. most, else the fallback.
int whole(double v, int most, int fallback) {
  return v >= 0 && v <= most ? static_cast<int>(v) : fallback;
}

/// Euler angles in degrees; FBX names the axis that turns first at the left.
Quat from_degrees(const Vec3& degrees, int order) {
  constexpr int kOrders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 2, 0}, {1, 0, 2}, {2, 0, 1}, {2, 1, 0}};
  const int* o = kOrders[order];
  const int axes[3] = {o[2], o[1], o[0]};
  return from_euler(Vec3(degrees[o[2]], degrees[o[1]], degrees[o[0]]) * kDegree, axes);
}

/// A node's transform and its parts (FBX SDK, "Computing transformation matrices"):
///   T * Roff * Rp * Rpre * R * Rpost^-1 * Rp^-1 * Soff * Sp * S * Sp^-1
struct Pivots {
  Vec3 t, r, s;  ///< stored translation, degrees, scale
  Vec3 rotation_offset, rotation_pivot, scaling_offset, scaling_pivot;
  Quat pre = Quat::Identity(), post = Quat::Identity();
  int order = 0;
  bool compensates = false;  ///< the parent's own scale does not reach this node's frame

  Affine transform(const Vec3& translation, const Vec3& degrees, const Vec3& scale,
                   const Vec3& parent_scale) const {
    const Quat rotation = pre * from_degrees(degrees, order) * post.conjugate();
    Affine m = Affine::Identity();
    m.translate(translation);
    if (compensates) m.scale(parent_scale.cwiseInverse());
    m.translate(rotation_offset + rotation_pivot);
    m.rotate(rotation);
    m.translate(scaling_offset + scaling_pivot - rotation_pivot);
    m.scale(scale);
    m.translate(-scaling_pivot);
    return m;
  }
};

/// Curves of one property; an axis without one has its stored value.
struct Track {
  std::array<Curve, 3> axes;
  Vec3 stored = Vec3::Zero();

  Vec3 at(double time) const {
    Vec3 v = stored;
    for (size_t i = 0; i < 3; ++i) {
      if (!axes[i].keys.empty()) v[static_cast<Eigen::Index>(i)] = axes[i].at(time);
    }
    return v;
  }
};

/// What a take does to one node.
struct Motion {
  std::optional<Track> translation, rotation, scaling;
};

/// Frames a second of GlobalSettings' TimeMode, 0 = it does not say.
double stored_fps(const Document& d) {
  constexpr std::array kModes = {0.0,  120.0, 100.0,          60.0,           50.0,
                                 48.0, 30.0,  30.0,           30000.0 / 1001, 30000.0 / 1001,
                                 25.0, 24.0,  1000.0,         24000.0 / 1001, -1.0,
                                 96.0, 72.0,  60000.0 / 1001, 120000.0 / 1001};
  const double mode = d.setting("TimeMode", 0);
  if (!(mode >= 0 && mode < kModes.size())) return 0;
  const double fps = kModes[static_cast<size_t>(mode)];
  if (fps >= 0) return fps;
  const double custom = d.setting("CustomFrameRate", 0);
  return custom >= 1 && custom <= 10000 ? custom : 0;
}

/// The rate of a take: the file's, if the keys of the curve with most of them are on its frames;
/// else the keys' own, if they have one.
double rate_of_take(const std::vector<double>& times, double stored) {
  const double own = rate_of_keys(times);
  if (own == 0 || stored == 0) return own > 0 ? own : stored;
  const auto on_frame = std::count_if(times.begin(), times.end(), [&](double t) {
    const double frame = (t - times[0]) * stored;
    return std::abs(frame - std::round(frame)) < 0.02;
  });
  return static_cast<double>(on_frame) >= 0.9 * static_cast<double>(times.size()) ? stored : own;
}

class FbxScene : public Scene {
 public:
  FbxScene(const Document& d, const ReadOptions& options) : d_(d) {
    read_nodes();
    read_binds();
    for (const Object* stack : d.objects("AnimationStack")) read_take(*stack);
    read_settings(options);
  }

  Affine local(int take, int node, double time) const override {
    const auto n = static_cast<size_t>(node);
    const Motion* m = motion(take, n);
    const Pivots& p = pivots_[n];
    const Vec3 t = m && m->translation ? m->translation->at(time) : p.t;
    const Vec3 r = m && m->rotation ? m->rotation->at(time) : p.r;
    Vec3 above = Vec3::Ones();
    if (p.compensates && nodes[n].parent >= 0) {
      above = scale_at(take, static_cast<size_t>(nodes[n].parent), time);
      if (above.cwiseAbs().minCoeff() < 1e-9) above = Vec3::Ones();
    }
    return p.transform(t, r, scale_at(take, n, time), above);
  }

 private:
  const Motion* motion(int take, size_t node) const {
    if (take < 0) return nullptr;
    const auto& of_take = motions_[static_cast<size_t>(take)];
    const auto at = of_take.find(node);
    return at == of_take.end() ? nullptr : &at->second;
  }

  Vec3 scale_at(int take, size_t node, double time) const {
    const Motion* m = motion(take, node);
    return m && m->scaling ? m->scaling->at(time) : pivots_[node].s;
  }

  void read_nodes() {
    const std::vector<const Object*> models = d_.objects("Model");
    std::map<int64_t, int64_t> parent;
    std::map<int64_t, std::vector<const Object*>> children;
    for (const Object* m : models) {
      for (const Link& l : d_.above(*m)) {
        if (l.object->record->name != "Model" || !l.property.empty()) continue;
        const auto [at, fresh] = parent.emplace(m->id, l.object->id);
        require(fresh || at->second == l.object->id, Kind::bad_input, "model '{}' has two parents",
                m->name);
        if (fresh) children[l.object->id].push_back(m);
      }
    }
    std::vector<const Object*> open;
    for (size_t i = models.size(); i-- > 0;) {
      if (!parent.contains(models[i]->id)) open.push_back(models[i]);
    }
    while (!open.empty()) {
      const Object* m = open.back();
      open.pop_back();
      const auto above = parent.find(m->id);
      add_node(*m, above == parent.end() ? -1 : index_.at(above->second));
      const auto& below = children[m->id];
      open.insert(open.end(), below.rbegin(), below.rend());
    }
    for (const Object* m : models) {
      require(index_.contains(m->id), Kind::bad_input, "model '{}' is its own ancestor", m->name);
    }
  }

  void add_node(const Object& m, int parent) {
    Node node;
    node.name = m.name;
    node.parent = parent;
    if (m.type == "LimbNode" || m.type == "Limb" || m.type == "Root") node.kind = Node::Kind::bone;
    if (m.type == "Mesh" || m.type == "Light" || m.type.starts_with("Camera")) {
      node.kind = Node::Kind::prop;
    }
    index_[m.id] = static_cast<int>(nodes.size());
    nodes.push_back(std::move(node));
    Pivots p;
    const Vec3 zero = Vec3::Zero();
    p.t = d_.vector(m, "Lcl Translation", zero);
    p.r = d_.vector(m, "Lcl Rotation", zero);
    p.s = d_.vector(m, "Lcl Scaling", Vec3::Ones());
    p.rotation_offset = d_.vector(m, "RotationOffset", zero);
    p.rotation_pivot = d_.vector(m, "RotationPivot", zero);
    p.scaling_offset = d_.vector(m, "ScalingOffset", zero);
    p.scaling_pivot = d_.vector(m, "ScalingPivot", zero);
    // order, pre- and post-rotation count only where the file says that they do
    if (d_.number(m, "RotationActive", 0) != 0) {
      p.order = whole(d_.number(m, "RotationOrder", 0), 5, 0);
      p.pre = from_degrees(d_.vector(m, "PreRotation", zero), 0);
      p.post = from_degrees(d_.vector(m, "PostRotation", zero), 0);
    }
    p.compensates = d_.number(m, "InheritType", 0) == 2;
    pivots_.push_back(p);
  }

  /// A world transform out of 16 numbers, column by column; none if it is no transform.
  static std::optional<Affine> matrix_of(const Record* record) {
    const std::vector<double> v = record ? record->numbers() : std::vector<double>{};
    if (v.size() != 16) return std::nullopt;
    Affine m;
    m.matrix() = Eigen::Map<const Eigen::Matrix4d>(v.data());
    m.matrix().row(3) << 0, 0, 0, 1;
    if (!m.matrix().allFinite() || std::abs(m.linear().determinant()) < 1e-20) return std::nullopt;
    return m;
  }

  void read_binds() {
    for (const Object* cluster : d_.objects("Deformer")) {
      if (cluster->type != "Cluster") continue;
      for (const Link& l : d_.below(*cluster)) {
        const auto at = index_.find(l.object->id);
        if (at == index_.end()) continue;
        Node& node = nodes[static_cast<size_t>(at->second)];
        node.kind = Node::Kind::bone;
        if (!node.bind) node.bind = matrix_of(cluster->record->find("TransformLink"));
      }
    }
    rest_words = "the bind matrices of the skin";
    if (std::any_of(nodes.begin(), nodes.end(), [](const Node& n) { return n.bind.has_value(); })) {
      return;
    }
    rest_words = "the bind pose of the file";
    for (const Object* pose : d_.objects("Pose")) {
      if (pose->type != "BindPose") continue;
      for (const Record& r : pose->record->children) {
        const Record* id = r.find("Node");
        const auto at = id ? index_.find(id->integer(0)) : index_.end();
        if (at == index_.end()) continue;
        nodes[static_cast<size_t>(at->second)].bind = matrix_of(r.find("Matrix"));
      }
    }
  }

  void read_take(const Object& stack) {
    Take take;
    take.name = stack.name;
    take.moves.assign(nodes.size(), false);
    std::map<size_t, Motion> motions;
    std::vector<double> times;  ///< of the curve with most keys
    double first = 1e300, last = -1e300;
    bool layered = false;
    for (const Link& layer : d_.below(stack)) {
      if (layer.object->record->name != "AnimationLayer") continue;
      for (const Link& l : d_.below(*layer.object)) {
        if (l.object->record->name != "AnimationCurveNode") continue;
        layered = read_curve_node(*l.object, motions, take, times, first, last) || layered;
      }
    }
    if (layered) {
      warnings.push_back(fmt::format(
          "take '{}' has layers that move the same bones: the first layer counts", take.name));
    }
    if (first > last) first = last = 0;
    take.start = first, take.end = last;
    const double start = d_.number(stack, "LocalStart", 0) / kTicks;
    const double stop = d_.number(stack, "LocalStop", 0) / kTicks;
    // the span that the file gives the take, where it has keys
    if (stop > start && std::max(start, first) < std::min(stop, last)) {
      take.start = std::max(start, first);
      take.end = std::min(stop, last);
    }
    take.fps = rate_of_take(times, stored_fps(d_));
    takes.push_back(std::move(take));
    motions_.push_back(std::move(motions));
  }

  /// The curves of one property of one node; true if an earlier layer has the property already.
  bool read_curve_node(const Object& node, std::map<size_t, Motion>& motions, Take& take,
                       std::vector<double>& times, double& first, double& last) {
    bool layered = false;
    for (const Link& target : d_.above(node)) {
      const auto at = index_.find(target.object->id);
      if (at == index_.end()) continue;
      const auto n = static_cast<size_t>(at->second);
      const Pivots& p = pivots_[n];
      std::optional<Track>* slot = nullptr;
      Vec3 stored;
      if (target.property == "Lcl Translation") slot = &motions[n].translation, stored = p.t;
      if (target.property == "Lcl Rotation") slot = &motions[n].rotation, stored = p.r;
      if (target.property == "Lcl Scaling") slot = &motions[n].scaling, stored = p.s;
      if (!slot) continue;
      if (slot->has_value()) {
        layered = true;
        continue;
      }
      Track track;
      const char* const names[3] = {"d|X", "d|Y", "d|Z"};
      for (int i = 0; i < 3; ++i) track.stored[i] = d_.number(node, names[i], stored[i]);
      for (const Link& l : d_.below(node)) {
        if (l.object->record->name != "AnimationCurve") continue;
        for (size_t i = 0; i < 3; ++i) {
          if (l.property != names[i]) continue;
          track.axes[i] = read_curve(*l.object->record);
          count_against_limit(keys_, track.axes[i].keys.size());  // many may share one curve
        }
      }
      for (const Curve& c : track.axes) {
        if (c.keys.empty()) continue;
        take.moves[n] = true;
        first = std::min(first, c.keys.front().time);
        last = std::max(last, c.keys.back().time);
        if (c.keys.size() <= times.size()) continue;
        times.clear();
        for (const Key& k : c.keys) times.push_back(k.time);
      }
      *slot = std::move(track);
    }
    return layered;
  }

  void read_settings(const ReadOptions& options) {
    const double unit = d_.setting("UnitScaleFactor", 1);  // cm
    metres = std::isfinite(unit) && unit > 0 ? 0.01 * unit : 0.01;
    if (!options.units.empty()) metres = metres_per_unit(options.units);
    if (metres != 1) conversions.push_back(fmt::format("units of {:.6g} m to m", metres));
    int up = whole(d_.setting("UpAxis", 1), 2, 1);
    int left = whole(d_.setting("CoordAxis", 0), 2, 0);
    double up_sign = d_.setting("UpAxisSign", 1) < 0 ? -1 : 1;
    double left_sign = d_.setting("CoordAxisSign", 1) < 0 ? -1 : 1;
    if (!options.up_axis.empty()) {
      up = options.up_axis == "y" ? 1 : 2;
      left = 0;
      up_sign = left_sign = 1;
    }
    require(up != left, Kind::bad_input, "up axis and side axis are both {}", "xyz"[up]);
    // a figure faces the viewer: the file's side axis is its left
    Eigen::Matrix3d rows;
    rows.row(1) = left_sign * Vec3::Unit(left);
    rows.row(2) = up_sign * Vec3::Unit(up);
    rows.row(0) = Vec3(rows.row(1)).cross(Vec3(rows.row(2)));
    axes = Quat(rows).normalized();
    conversions.push_back(
        fmt::format("{}{} up to z up, x forward", up_sign < 0 ? "-" : "", "xyz"[up]));
  }

  const Document& d_;
  std::map<int64_t, int> index_;  ///< an object's number to our node
  std::vector<Pivots> pivots_;
  size_t keys_ = 0;
  std::vector<std::map<size_t, Motion>> motions_;  ///< by take, then node
};

}  // namespace

Match sniff_fbx(Bytes bytes) {
  if (is_binary(bytes)) return Match::yes;
  std::string_view t = as_text(bytes.first(std::min<size_t>(bytes.size(), 4096)));
  if (t.starts_with("\xef\xbb\xbf")) t.remove_prefix(3);
  const size_t at = t.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return Match::no;
  t.remove_prefix(at);
  return t.starts_with("; FBX") || t.starts_with("FBXHeaderExtension") ? Match::yes : Match::no;
}

std::vector<Clip> read_fbx(Bytes bytes, const ReadOptions& options) {
  const Document document(bytes);
  return clips_of(FbxScene(document, options), options);
}

}  // namespace motus::formats
