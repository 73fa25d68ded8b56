#pragma once
// Small tools over MuJoCo's editable models. Internal to sim/ (MuJoCo types).
#include <mujoco/mujoco.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace motus::sim {

using Spec = std::unique_ptr<mjSpec, decltype(&mj_deleteSpec)>;

/// MuJoCo's message on one line.
inline std::string one_line(const char* text) {
  std::string s = text ? text : "unknown error";
  std::replace(s.begin(), s.end(), '\n', ' ');
  while (!s.empty() && s.back() == ' ') s.pop_back();
  return s;
}

inline std::string name_of(mjsElement* e) {
  return mjs_getString(mjs_getName(e));
}

inline std::vector<mjsElement*> children(mjsBody* body, mjtObj type) {
  std::vector<mjsElement*> out;
  for (mjsElement* e = mjs_firstChild(body, type, 0); e; e = mjs_nextChild(body, e, 0)) {
    out.push_back(e);
  }
  return out;
}

inline void delete_all(mjSpec* spec, mjtObj type) {
  while (mjsElement* e = mjs_firstElement(spec, type)) {
    if (mjs_delete(spec, e) != 0) break;
  }
}

}  // namespace motus::sim
