#include "formats/clip_tools.h"

#include <cmath>

#include "formats/amp_humanoid.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

Frames rotate_columns(const Frames& rot, int by) {
  Frames out(rot.rows(), rot.cols());
  for (Eigen::Index c = 0; c < rot.cols(); ++c) {
    out.col(c) = rot.col(c / 4 * 4 + (c % 4 + by) % 4);
  }
  return out;
}

}  // namespace

Frames from_xyzw(const Frames& rot) {
  return rotate_columns(rot, 3);
}

Frames to_xyzw(const Frames& rot) {
  return rotate_columns(rot, 1);
}

void normalise(Frames& rot, const std::string& what, Source& source) {
  constexpr double kExact = 1e-6, kRounding = 1e-4;
  double worst = 0;
  for (Eigen::Index f = 0; f < rot.rows(); ++f) {
    for (Eigen::Index i = 0; i < rot.cols() / 4; ++i) {
      auto q = rot.block<1, 4>(f, 4 * i);
      const double norm = q.norm();
      require(std::isfinite(norm) && norm > 1e-6, Kind::bad_input,
              "frame {}: {} {} is ({}, {}, {}, {}), not a rotation", f, what, i, q(0), q(1), q(2),
              q(3));
      worst = std::max(worst, std::abs(norm - 1));
      if (std::abs(norm - 1) > kExact) q /= norm;
    }
  }
  if (worst <= kRounding) return;
  source.warnings.push_back(
      fmt::format("{}: quaternions are off unit length by up to {:.4f}; normalised", what, worst));
  source.metadata["quat_norm_dev"] = fmt::format("{}", worst);
}

void guess_fps(Clip& clip, const ReadOptions& options) {
  if (options.fps) {
    clip.fps = *options.fps;
    clip.source.fps_source = "user";
    return;
  }
  clip.fps = 30;
  clip.source.fps_source = "guess";
  clip.source.warnings.push_back("the file states no frame rate: 30 assumed; say it with --fps");
}

Array read_rate(const Value& value, Clip& clip) {
  clip.fps = value.number("fps");
  require(std::isfinite(clip.fps) && clip.fps > 0, Kind::bad_input,
          "fps is {}, expected more than 0", clip.fps);
  if (value.is(ValueKind::array) && !value.raw_array().tensor) {
    clip.source.metadata["fps_form"] = value.raw_array().numpy_scalar ? "scalar" : "array";
    return value.raw_array().array;
  }
  return value.is(ValueKind::integer) ? scalar_i8(value.raw_integer()) : scalar_f8(clip.fps);
}

Array rate_array(double fps) {
  return fps == std::round(fps) ? scalar_i8(static_cast<int64_t>(fps)) : scalar_f8(fps);
}

std::string rate_form(const Clip& clip, bool untouched) {
  const auto at = clip.source.metadata.find("fps_form");
  return untouched && at != clip.source.metadata.end() ? at->second : "";
}

void note_repeats(Clip& clip) {
  int repeats = 0;
  const auto same = [](const Frames& a, int f) {
    return a.size() == 0 || a.row(f) == a.row(f - 1);
  };
  for (int f = 1; f < clip.frames(); ++f) {
    repeats += same(clip.root_pos, f) && same(clip.root_rot, f) && same(clip.dof_pos, f) &&
               same(clip.local_rot, f);
  }
  if (repeats == 0) return;
  clip.source.warnings.push_back(
      fmt::format("{} of {} steps repeat the frame before: was this recorded at a lower rate?",
                  repeats, clip.frames() - 1));
}

Robot robot_for(const ReadOptions& options, const std::string& guess, const std::string& why,
                Source& source) {
  if (!options.skeleton.empty()) return load_robot(options.skeleton);
  Robot robot = load_robot(guess);
  source.warnings.push_back(
      fmt::format("the file names no robot: {} suit '{}'; say it with --skeleton", why, guess));
  return robot;
}

void finish_clip(Clip& clip, std::map<std::string, Array> arrays) {
  make_continuous(clip.root_rot);
  if (clip.local_rot.size() > 0) make_continuous(clip.local_rot);
  note_repeats(clip);
  clip.source.arrays = std::move(arrays);
  clip.source.fingerprint = clip.fingerprint();
}

bool is_untouched(const Clip& clip, const std::string& format) {
  return clip.source.format == format && !clip.source.arrays.empty() &&
         clip.fingerprint() == clip.source.fingerprint;
}

const Clip& only_clip(std::span<const Clip> clips, const std::string& format) {
  if (clips.size() != 1) {
    throw Error(Kind::usage, fmt::format("{} files hold one clip, got {}", format, clips.size()),
                "write to a folder, one file a clip");
  }
  return clips[0];
}

void require_robot(const Clip& clip, const std::string& format) {
  // the figure with hanging arms shares names and widths with MimicKit's, but not its zero pose
  const bool dofs = clip.dof_pos.size() > 0;
  const bool hanging = dofs && is_amp_humanoid(*clip.skeleton);
  if (dofs && !hanging) return;
  throw Error(Kind::usage,
              fmt::format("clip '{}' moves '{}', {}; {} files hold the dofs of a robot", clip.name,
                          clip.skeleton->name(),
                          hanging ? "whose zero pose has hanging arms" : "a character", format),
              "motion-retarget --to ROBOT first");
}

}  // namespace motus::formats
