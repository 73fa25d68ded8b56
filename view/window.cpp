#include "view/window.h"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "motion/error.h"
#include "view/draw.h"

namespace motus::view {

namespace {

constexpr std::array<double, 7> kSpeeds{0.1, 0.25, 0.5, 1, 2, 4, 8};
constexpr double kFrame = 1.0 / 60;  ///< s between pictures
/// The spring of a pull, per kilogram of the whole figure: 30 cm lift two weights; damped by 0.7.
constexpr double kStiffness = 65, kDamping = 1.4 * 8.06;

std::string last_words() {
  const char* words = nullptr;
  glfwGetError(&words);
  return words ? words : "no reason given";
}

/// GLFW and its window, gone at the end of the scope.
class Glfw {
 public:
  explicit Glfw(const WindowOptions& options) {
    if (!glfwInit())
      throw Error(Kind::not_built,
                  fmt::format("there is no display for a window: {}", last_words()),
                  "films and pages need none: --video x.mp4, or motion-view -o x.html");
    glfwWindowHint(GLFW_SAMPLES, 4);
    window =
        glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
    if (!window) {
      const std::string words = last_words();
      glfwTerminate();
      throw Error(Kind::failed, fmt::format("no window: {}", words));
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
  }
  ~Glfw() {
    glfwDestroyWindow(window);
    glfwTerminate();
  }
  Glfw(const Glfw&) = delete;
  Glfw& operator=(const Glfw&) = delete;
  GLFWwindow* window = nullptr;
};

Vec3 vec(const mjtNum* v) {
  return {v[0], v[1], v[2]};
}

/// A hand on a body: the point it holds, and where it wants that point to be.
struct Grip {
  int body = 0;               ///< of the model
  int part = 0;               ///< the skeleton's body
  Vec3 local = Vec3::Zero();  ///< the point held, in the body's frame
  Vec3 goal = Vec3::Zero();   ///< m, world
  Vec3 last = Vec3::Zero();   ///< the point at the last picture
};

class Window {
 public:
  Window(Show& show, const WindowOptions& options)
      : show_(show), glfw_(options), upload_(show.scene().model()) {
    const Clip& clip = *show.scene().figures().front().clip;
    first_ = choose_camera(options.camera, clip, 0, clip.frames() - 1);
    const std::vector<Vec3> seen = show.scene().corners(0, clip.duration());
    show.step(0);  // corners() left the scene at its end
    fit(first_, seen, static_cast<double>(options.width) / options.height);
    first_.distance *= 1.3;
    reset_camera();
    GLFWwindow* w = glfw_.window;
    glfwSetWindowUserPointer(w, this);
    glfwSetKeyCallback(w, [](GLFWwindow* g, int key, int, int action, int) {
      if (action != GLFW_RELEASE) self(g).key(key);
    });
    glfwSetScrollCallback(
        w, [](GLFWwindow* g, double, double dy) { self(g).move(mjMOUSE_ZOOM, 0, -0.05 * dy); });
    glfwSetMouseButtonCallback(w, [](GLFWwindow* g, int button, int action, int mods) {
      self(g).press(button, action == GLFW_PRESS, (mods & GLFW_MOD_CONTROL) != 0);
    });
    glfwSetCursorPosCallback(w, [](GLFWwindow* g, double x, double y) { self(g).drag(x, y); });
  }

  void run() {
    for (double last = glfwGetTime(); !glfwWindowShouldClose(glfw_.window);) {
      const double now = glfwGetTime(), passed = std::min(now - last, 0.1);
      last = now;
      pull(std::max(passed, 1e-3));
      if (playing_) show_.advance(passed * speed());
      follow();
      draw();
      glfwSwapBuffers(glfw_.window);
      const double rest = kFrame - (glfwGetTime() - now);
      if (rest > 0)
        glfwWaitEventsTimeout(rest);
      else
        glfwPollEvents();
    }
  }

 private:
  static Window& self(GLFWwindow* g) { return *static_cast<Window*>(glfwGetWindowUserPointer(g)); }
  double speed() const { return kSpeeds[speed_]; }
  const mjModel* model() const { return show_.scene().model(); }
  mjData* data() const { return show_.scene().data(); }

  void key(int key) {
    switch (key) {
      case GLFW_KEY_SPACE:
      case GLFW_KEY_ENTER:
        playing_ = !playing_;
        break;
      case GLFW_KEY_RIGHT:
      case GLFW_KEY_LEFT:
        playing_ = false;
        show_.step(key == GLFW_KEY_RIGHT ? 1 : -1);
        break;
      case GLFW_KEY_LEFT_BRACKET:
        speed_ = speed_ > 0 ? speed_ - 1 : 0;
        break;
      case GLFW_KEY_RIGHT_BRACKET:
        speed_ = std::min(speed_ + 1, kSpeeds.size() - 1);
        break;
      case GLFW_KEY_T:
        tracking_ = !tracking_;
        break;
      case GLFW_KEY_G:
        others_ = !others_;
        show_.scene().show_others(others_);
        break;
      case GLFW_KEY_R:
        reset_camera();
        break;
      case GLFW_KEY_Q:
      case GLFW_KEY_ESCAPE:
        glfwSetWindowShouldClose(glfw_.window, GLFW_TRUE);
        break;
      default:
        break;
    }
  }

  void reset_camera() {
    focus_ = show_.scene().focus();
    camera_ = seen_from(first_, focus_);
  }

  void move(int action, double dx, double dy) { mjv_moveCamera(model(), action, dx, dy, &camera_); }

  void press(int button, bool down, bool with_control) {
    button_ = down ? button : -1;
    glfwGetCursorPos(glfw_.window, &x_, &y_);
    if (grip_ && !down) {
      grip_.reset();
      show_.pull(-1, Vec3::Zero());
    }
    if (down && with_control && show_.pull(-1, Vec3::Zero())) grab();
  }

  void grab() {
    int width = 1, height = 1, geom = -1, flex = -1, skin = -1;
    glfwGetWindowSize(glfw_.window, &width, &height);
    mjtNum point[3];
    const mjvOption o = draw_options(show_.scene());
    int body = mjv_select(model(), data(), &o, static_cast<double>(width) / height, x_ / width,
                          1 - y_ / height, &upload_.scene, point, &geom, &flex, &skin);
    if (body <= 0 || show_.scene().figure_of(body) != 0) return;
    // shapes may lie on bodies that only the model knows
    const std::vector<int>& known = show_.scene().bodies(0);
    auto part = std::find(known.begin(), known.end(), body);
    while (part == known.end() && body > 0) {
      body = model()->body_parentid[body];
      part = std::find(known.begin(), known.end(), body);
    }
    if (part == known.end()) return;
    Grip g{.body = *part, .part = static_cast<int>(part - known.begin())};
    g.goal = g.last = vec(point);
    g.local = rotation(g.body).transpose() * (g.goal - vec(data()->xpos + 3 * g.body));
    grip_ = g;
  }

  Eigen::Matrix3d rotation(int body) const {
    return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(data()->xmat + 9 * body);
  }

  void drag(double x, double y) {
    int width = 1, height = 1;
    glfwGetWindowSize(glfw_.window, &width, &height);
    const double dx = (x - x_) / height, dy = (y - y_) / height;
    x_ = x, y_ = y;
    if (grip_) {
      // in the plane through the goal that faces the camera
      const mjvGLCamera& eye = upload_.scene.camera[0];
      const Vec3 forward(eye.forward[0], eye.forward[1], eye.forward[2]);
      const Vec3 up(eye.up[0], eye.up[1], eye.up[2]), pos(eye.pos[0], eye.pos[1], eye.pos[2]);
      const double tall = 2 * std::tan(kFieldOfView * M_PI / 360) * forward.dot(grip_->goal - pos);
      grip_->goal += tall * (dx * forward.cross(up) - dy * up);
    } else if (button_ == GLFW_MOUSE_BUTTON_LEFT) {
      move(mjMOUSE_ROTATE_V, dx, dy);
    } else if (button_ >= 0) {
      move(mjMOUSE_MOVE_V, dx, dy);
    }
  }

  void pull(double passed) {
    if (!grip_) return;
    Grip& g = *grip_;
    const Vec3 point = vec(data()->xpos + 3 * g.body) + rotation(g.body) * g.local;
    const Vec3 velocity = (point - g.last) / passed;
    g.last = point;
    const double mass = model()->body_subtreemass[show_.scene().bodies(0).front()];
    Vec3 force = mass * (kStiffness * (g.goal - point) - kDamping * velocity);
    const double most = 60 * mass;  // six weights: a jerk of the mouse shall not throw it away
    if (force.norm() > most) force *= most / force.norm();
    show_.pull(g.part, playing_ ? force : Vec3(Vec3::Zero()));
  }

  void follow() {
    const Vec3 now = show_.scene().focus();
    if (tracking_) {
      for (int i = 0; i < 2; ++i) camera_.lookat[i] += now[i] - focus_[i];
    }
    focus_ = now;
  }

  void draw() {
    mjrRect area{0, 0, 1, 1};
    glfwGetFramebufferSize(glfw_.window, &area.width, &area.height);
    std::vector<Marker> hand;
    if (grip_)
      hand.push_back(
          {.name = "hand", .shape = Marker::Shape::ball, .pos = grip_->goal, .size = 0.03});
    draw_scene(show_.scene(), camera_, area, upload_, hand);
    const std::string status =
        fmt::format("{}  {}x{}{}", show_.caption(), speed(), playing_ ? "" : "  paused",
                    tracking_ ? "  tracking" : "");
    mjr_overlay(mjFONT_NORMAL, mjGRID_BOTTOMLEFT, area, status.c_str(), nullptr, &upload_.context);
  }

  Show& show_;
  Glfw glfw_;
  Upload upload_;
  Camera first_;
  mjvCamera camera_{};
  Vec3 focus_ = Vec3::Zero();
  bool playing_ = true, tracking_ = true, others_ = true;
  size_t speed_ = 3;
  int button_ = -1;
  double x_ = 0, y_ = 0;
  std::optional<Grip> grip_;
};

}  // namespace

void open_window(Show& show, const WindowOptions& options) {
  Window(show, options).run();
}

}  // namespace motus::view
