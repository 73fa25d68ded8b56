#include "formats/robot_csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

struct Table {
  std::vector<std::string> names;  ///< of the columns; empty without a header
  Frames rows;
};

std::string_view trim(std::string_view s) {
  const size_t a = s.find_first_not_of(" \t\r\""), b = s.find_last_not_of(" \t\r\"");
  return a == std::string_view::npos ? std::string_view() : s.substr(a, b - a + 1);
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at <= line.size();) {
    const size_t comma = std::min(line.find(',', at), line.size());
    out.push_back(trim(line.substr(at, comma - at)));
    at = comma + 1;
  }
  while (!out.empty() && out.back().empty()) out.pop_back();  // trailing commas
  return out;
}

bool parse_cell(std::string_view cell, double& out) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), out);
  return error == std::errc{} && end == cell.data() + cell.size();
}

/// "root pos x" and "Root_Pos_X" are one name.
std::string plain_name(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Calls `row(line number, cells)` for each line that is not blank, until it returns false.
template <typename F>
void each_line(std::string_view text, F row) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    ++number;
    const std::string_view line = trim(text.substr(at, end - at));
    at = end + 1;
    if (!line.empty() && !row(number, split(line))) return;
  }
}

bool is_header(const std::vector<std::string_view>& cells) {
  double x = 0;
  return std::any_of(cells.begin(), cells.end(), [&](std::string_view c) {
    return !c.empty() && !parse_cell(c, x) &&
           std::isalpha(static_cast<unsigned char>(c.front())) != 0;
  });
}

Table parse_table(std::string_view text) {
  Table t;
  std::vector<double> values;
  size_t width = 0;
  each_line(text, [&](size_t line, const std::vector<std::string_view>& cells) {
    if (width == 0) {
      width = cells.size();
      if (is_header(cells)) {
        for (const std::string_view c : cells) t.names.emplace_back(c);
        return true;
      }
    }
    require(cells.size() == width, Kind::bad_input, "line {}: {} columns, expected {}", line,
            cells.size(), width);
    for (size_t c = 0; c < width; ++c) {
      double x = 0;
      require(parse_cell(cells[c], x), Kind::bad_input,
              "line {}, column {}: expected a number, found '{}'", line, c + 1,
              cells[c].substr(0, 40));
      values.push_back(x);
    }
    return true;
  });
  require(!values.empty(), Kind::bad_input, "has no rows of numbers");
  t.rows = Eigen::Map<Frames>(values.data(), static_cast<Eigen::Index>(values.size() / width),
                              static_cast<Eigen::Index>(width));
  return t;
}

/// Which of the four columns is w, from how small the others stay: on a robot that is mostly
/// upright, x and y are small.
std::string guess_order(const Frames& rot, Source& source) {
  const Eigen::RowVectorXd size = rot.cwiseAbs().colwise().mean();
  const double xyzw = std::max(size[0], size[1]), wxyz = std::max(size[1], size[2]);
  const std::string order = xyzw < wxyz ? "xyzw" : "wxyz";
  source.warnings.push_back(fmt::format(
      "quaternions taken as {}, from an upright robot; --quat-order says otherwise", order));
  return order;
}

/// Columns of a headed file: of position, of rotation in the order w x y z, and of the dofs.
struct Columns {
  int pos[3] = {-1, -1, -1}, rot[4] = {-1, -1, -1, -1};
  std::vector<int> dofs;
};

Columns by_name(const std::vector<std::string>& names) {
  Columns out;
  const auto is = [](const std::string& n, const char* what, char axis) {
    return n == fmt::format("root_{}_{}", what, axis) ||
           n == fmt::format("root_{}_{}", what[0] == 'p' ? "position" : "quat", axis);
  };
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string n = plain_name(names[i]);
    const int column = static_cast<int>(i);
    bool used = n == "frame" || n == "time" || n.starts_with("root_lin_vel") ||
                n.starts_with("root_ang_vel") || n.ends_with("_angvel") || n.ends_with("_vel");
    for (int k = 0; k < 3; ++k) {
      if (is(n, "pos", "xyz"[k])) out.pos[k] = column, used = true;
    }
    for (int k = 0; k < 4; ++k) {
      if (is(n, "rot", "wxyz"[k])) out.rot[k] = column, used = true;
    }
    if (!used) out.dofs.push_back(column);
  }
  const bool whole = std::all_of(out.pos, out.pos + 3, [](int c) { return c >= 0; }) &&
                     std::all_of(out.rot, out.rot + 4, [](int c) { return c >= 0; });
  require(whole, Kind::bad_input,
          "the header does not name root_pos_x,y,z and root_rot_x,y,z,w; found '{}', '{}' ...",
          names[0], names.size() > 1 ? names[1] : "");
  return out;
}

/// The shipped robots that have all of these dofs and no others.
std::vector<std::string> robots_with(const std::vector<std::string>& dofs) {
  std::vector<std::string> out;
  for (const std::string& name : robot_names()) {
    const SkeletonPtr s = load_robot(name).skeleton;
    if (static_cast<size_t>(s->dof_count()) == dofs.size() &&
        std::all_of(dofs.begin(), dofs.end(),
                    [&](const std::string& d) { return s->find_dof(d) >= 0; })) {
      out.push_back(name);
    }
  }
  return out;
}

Robot robot_of(size_t dofs, const ReadOptions& options, Source& source) {
  const std::string guess = dofs == 29 ? "g1" : dofs == 22 ? "pi_plus" : "";
  if (guess.empty() && options.skeleton.empty()) {
    throw Error(Kind::bad_input,
                fmt::format("holds {} dofs of a robot that it does not name", dofs),
                "say which with --skeleton NAME, or an MJCF or URDF");
  }
  Robot robot = robot_for(options, guess, fmt::format("{} dofs", dofs), source);
  require(static_cast<size_t>(robot.skeleton->dof_count()) == dofs, Kind::bad_input,
          "holds {} dofs, '{}' has {}", dofs, robot.name, robot.skeleton->dof_count());
  return robot;
}

}  // namespace

Match sniff_robot_csv(Bytes bytes) {
  Match match = Match::no;
  int lines = 0;
  each_line(as_text(bytes.first(std::min<size_t>(bytes.size(), 65536))),
            [&](size_t, const std::vector<std::string_view>& cells) {
              if (cells.size() < 8) return false;
              if (++lines == 1 && is_header(cells)) {
                const bool root = std::any_of(cells.begin(), cells.end(), [](std::string_view c) {
                  return plain_name(c).starts_with("root_");
                });
                match = root ? Match::yes : Match::no;
                return false;
              }
              double norm = 0, x = 0;
              for (size_t c = 3; c < 7; ++c) {
                if (!parse_cell(cells[c], x)) return false;
                norm += x * x;
              }
              match = std::abs(norm - 1) < 0.05 ? Match::yes : Match::no;
              return false;
            });
  return match;
}

std::vector<Clip> read_robot_csv(Bytes bytes, const ReadOptions& options) {
  const Table t = parse_table(as_text(bytes));
  Clip c;
  Source& s = c.source;
  Columns at;
  if (t.names.empty()) {
    require(t.rows.cols() >= 8, Kind::bad_input, "has {} columns, expected 7 and the dofs",
            t.rows.cols());
    const std::string order = options.quat_order.empty() ? guess_order(t.rows.middleCols(3, 4), s)
                                                         : options.quat_order.word();
    s.metadata["quat_order"] = order;
    for (int k = 0; k < 3; ++k) at.pos[k] = k;
    for (int k = 0; k < 4; ++k) at.rot[k] = order == "wxyz" ? 3 + k : 3 + (k + 3) % 4;
    for (int k = 7; k < t.rows.cols(); ++k) at.dofs.push_back(k);
  } else {
    s.variant = "header";
    at = by_name(t.names);
  }
  std::vector<std::string> dof_names;
  for (const int k : at.dofs) {
    if (!t.names.empty()) dof_names.push_back(t.names[static_cast<size_t>(k)]);
  }
  std::vector<std::string> named;
  if (options.skeleton.empty() && !dof_names.empty()) named = robots_with(dof_names);
  if (named.size() > 1) {
    s.warnings.push_back(
        fmt::format("the dofs are those of '{}' and '{}': taken for '{}'; say it "
                    "with --skeleton",
                    named[0], named[1], named[0]));
  }
  const Robot robot =
      named.empty() ? robot_of(at.dofs.size(), options, s) : load_robot(named.front());
  c.skeleton = robot.skeleton;
  c.root_pos.resize(t.rows.rows(), 3);
  c.root_rot.resize(t.rows.rows(), 4);
  c.dof_pos.resize(t.rows.rows(), c.skeleton->dof_count());
  for (int k = 0; k < 3; ++k) c.root_pos.col(k) = t.rows.col(at.pos[k]);
  for (int k = 0; k < 4; ++k) c.root_rot.col(k) = t.rows.col(at.rot[k]);
  for (size_t k = 0; k < at.dofs.size(); ++k) {
    // a header's joint names win over the order of columns
    const int dof = dof_names.empty() ? -1 : c.skeleton->find_dof(dof_names[k]);
    c.dof_pos.col(dof >= 0 ? dof : static_cast<int>(k)) = t.rows.col(at.dofs[k]);
  }
  normalise(c.root_rot, "root rotation", s);
  guess_fps(c, options);
  make_continuous(c.root_rot);
  note_repeats(c);
  return {std::move(c)};
}

std::vector<std::byte> write_robot_csv(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& c = only_clip(clips, "csv");
  require_robot(c, "csv");
  const auto at = c.source.metadata.find("quat_order");
  const bool wxyz =
      c.source.format == "csv" && at != c.source.metadata.end() && at->second == "wxyz";
  const Frames rot = wxyz ? c.root_rot : to_xyzw(c.root_rot);
  fmt::memory_buffer out;
  const auto put = [&](const auto& row) {
    for (Eigen::Index k = 0; k < row.size(); ++k) {
      fmt::format_to(fmt::appender(out), "{}{}",
                     out.size() && out[out.size() - 1] != '\n' ? "," : "", row[k]);
    }
  };
  if (c.skeleton->dof_count() != 29) {
    std::string head = "root_pos_x,root_pos_y,root_pos_z,";
    head += "root_rot_x,root_rot_y,root_rot_z,root_rot_w";
    for (const Dof& d : c.skeleton->dofs()) head += "," + d.name;
    head += "\n";
    out.append(head.data(), head.data() + head.size());
  }
  for (int f = 0; f < c.frames(); ++f) {
    put(c.root_pos.row(f)), put(rot.row(f)), put(c.dof_pos.row(f));
    out.push_back('\n');
  }
  const auto bytes = std::as_bytes(std::span(out.data(), out.size()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace motus::formats
