#include "cli/app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <list>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/terminal.h"
#include "motion/nearest.h"

namespace motus::cli {

namespace {

constexpr const char* kVersion = MOTUS_VERSION;

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 failed or findings, 2 usage, 3 bad input, 4 not in this build, 130 "
    "interrupted, "
    "141 reader gone";

/// What warn() and say() need to know; one program, one App.
std::string& program() {
  static std::string name = "motus";
  return name;
}
bool& quiet() {
  static bool value = false;
  return value;
}

/// True while a line of progress() stands on the terminal.
bool& progress_shown() {
  static bool value = false;
  return value;
}

void wipe_progress() {
  if (progress_shown()) fmt::print(stderr, "\r\033[K");
  progress_shown() = false;
}

void print_error(const Error& e, bool json) {
  wipe_progress();
  if (json) {
    nlohmann::json j{
        {"error", e.what()}, {"exit_code", static_cast<int>(e.kind())}, {"program", program()}};
    if (!e.hint().empty()) j["hint"] = e.hint();
    fmt::print(stderr, "{}\n", j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print(stderr, "{}: {}{}\n", program(), paint("error: ", "31", stderr), e.what());
  if (!e.hint().empty())
    fmt::print(stderr, "{}: {}{}\n", program(), paint("hint: ", "36", stderr), e.hint());
}

}  // namespace

struct App::Impl {
  explicit Impl(const std::string& about) : parser(about) {}
  CLI::App parser;
  std::string name, summary;
  std::vector<std::string> examples;
  const bool* json = nullptr;
  bool short_help = false;
  std::map<const CLI::Option*, std::vector<Step>*> steps;
  std::list<std::vector<std::string>> step_values;  ///< what the parser fills; never moves

  template <typename T>
  CLI::Option* add(const std::string& names, T& value, const std::string& help) {
    return parser.add_option(names, value, help);
  }
  std::vector<std::string> long_names() const {
    std::vector<std::string> out;
    for (const CLI::Option* o : parser.get_options()) {
      for (const std::string& n : o->get_lnames()) out.push_back("--" + n);
    }
    return out;
  }
  void take_steps() const;
  std::string brief() const;
  int usage_error(const CLI::ParseError& e) const;
};

/// Options that are steps, as they stood on the command line: the parser lists an option each time.
void App::Impl::take_steps() const {
  std::map<const CLI::Option*, size_t> taken;
  for (const CLI::Option* o : parser.parse_order()) {
    const auto at = steps.find(o);
    if (at == steps.end()) continue;
    const size_t i = taken[o]++;
    const bool value = o->get_items_expected_max() > 0 && i < o->results().size();
    at->second->push_back({o->get_lnames().front(), value ? o->results()[i] : ""});
  }
}

std::string App::Impl::brief() const {
  std::string out = fmt::format("{}: {}\n\nUsage: {} [options]", name, summary, name);
  for (const CLI::Option* o : parser.get_options()) {
    if (o->get_positional()) out += fmt::format(" [{}]", o->get_name(true));
  }
  out += "\n\n";
  int lines = 0;
  for (const CLI::Option* o : parser.get_options()) {
    if (o->get_positional() || lines >= 14) continue;
    out +=
        fmt::format("  {:<26} {}\n", o->get_name(false, true), o->get_description().substr(0, 80));
    ++lines;
  }
  for (size_t i = 0; i < examples.size() && i < 2; ++i)
    out += fmt::format("{}  {}\n", i ? "" : "\nExamples:\n", examples[i]);
  return out + "\nAll options: --help\n";
}

int App::Impl::usage_error(const CLI::ParseError& e) const {
  std::string message = e.what(), hint = fmt::format("{} --help lists the options", name);
  if (const size_t nl = message.find('\n'); nl != std::string::npos) message.resize(nl);
  const std::vector<std::string> rest = parser.remaining();
  for (const std::string& word : rest) {
    if (word.rfind('-', 0) != 0) continue;
    message = fmt::format("unknown option '{}'", word);
    const std::vector<std::string> known = long_names();
    if (const std::string near = nearest(word, known); !near.empty())
      hint = fmt::format("did you mean '{}'?", near);
    break;
  }
  print_error(Error(Kind::usage, message, hint), json && *json);
  return static_cast<int>(Kind::usage);
}

App::App(std::string name, std::string summary) : impl_(std::make_unique<Impl>(summary)) {
  impl_->name = name;
  impl_->summary = std::move(summary);
  program() = std::move(name);
  impl_->parser.name(program());
  impl_->parser.set_help_flag("--help", "all options, with examples");
  impl_->parser.add_flag("-h", impl_->short_help, "the most used options");
  impl_->parser.set_version_flag("--version", fmt::format("{} {}", program(), kVersion));
  impl_->parser.add_flag("-q,--quiet", quiet(), "no words on stderr but errors");
  impl_->parser.option_defaults()->always_capture_default();
}

App::~App() = default;

void App::flag(const std::string& names, bool& value, const std::string& help) {
  impl_->parser.add_flag(names, value, help);
}
void App::option(const std::string& n, std::string& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::option(const std::string& n, int& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::option(const std::string& n, int64_t& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::option(const std::string& n, double& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::option(const std::string& n, std::optional<double>& v, const std::string& h) {
  impl_->parser.add_option_function<double>(n, [&v](const double& x) { v = x; }, h);
}
void App::option(const std::string& n, std::optional<int>& v, const std::string& h) {
  impl_->parser.add_option_function<int>(n, [&v](const int& x) { v = x; }, h);
}
void App::option(const std::string& n, std::vector<std::string>& v, const std::string& h) {
  impl_->add(n, v, h)->allow_extra_args(false)->take_all();
}
void App::list(const std::string& n, std::vector<std::string>& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::step(const std::string& name, std::vector<Step>& steps, const std::string& value_name,
               const std::string& help) {
  const bool flag = value_name.empty();
  CLI::Option* o = flag ? impl_->parser.add_flag(name, help)
                        : impl_->add(name, impl_->step_values.emplace_back(), help);
  if (!flag) o->type_name(value_name)->default_str("")->allow_extra_args(false)->take_all();
  impl_->steps[o] = &steps;
}
void App::positional(const std::string& n, std::string& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::positional(const std::string& n, std::vector<std::string>& v, const std::string& h) {
  impl_->add(n, v, h);
}
void App::example(const std::string& line) {
  impl_->examples.push_back(line);
}
void App::json_flag(bool& value) {
  impl_->json = &value;
  impl_->parser.add_flag("--json", value, "write JSON to stdout");
}

int App::run(int argc, char** argv, const std::function<int()>& body) {
  std::string footer = "\nExamples:\n";
  for (const std::string& e : impl_->examples) footer += "  " + e + "\n";
  impl_->parser.footer((impl_->examples.empty() ? "" : footer) + "\n" + kExitCodes);
  try {
    impl_->parser.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return impl_->parser.exit(e);
  } catch (const CLI::ParseError& e) {
    return impl_->usage_error(e);
  }
  if (impl_->short_help) {
    fmt::print("{}", impl_->brief());
    return 0;
  }
  impl_->take_steps();
  const bool json = impl_->json && *impl_->json;
  try {
    const int code = body();
    if (std::fflush(stdout) != 0) {
      if (errno == EPIPE) return 141;
      throw_error(Kind::failed, "<stdout>: {}", std::generic_category().message(errno));
    }
    return code;
  } catch (const Error& e) {
    print_error(e, json);
    return static_cast<int>(e.kind());
  } catch (const std::bad_alloc&) {
    print_error(Error(Kind::failed, "out of memory"), json);
  } catch (const std::exception& e) {
    print_error(Error(Kind::failed, e.what()), json);
  }
  return static_cast<int>(Kind::failed);
}

void hush() {
  quiet() = true;
}

void complain(const std::string& text) {
  wipe_progress();
  fmt::print(stderr, "{}: {}{}\n", program(), paint("error: ", "31", stderr), text);
}

void warn(const std::string& text) {
  wipe_progress();
  if (!quiet()) fmt::print(stderr, "{}: {}{}\n", program(), paint("warning: ", "33", stderr), text);
}

void say(const std::string& text) {
  wipe_progress();
  if (!quiet()) fmt::print(stderr, "{}\n", text);
}

void progress(const std::string& what, int64_t done, int64_t all) {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point shown{};
  if (quiet() || !is_terminal(stderr)) return;
  const bool last = done >= all;
  if (!last && Clock::now() - shown < std::chrono::milliseconds(100)) return;
  shown = Clock::now();
  fmt::print(stderr, "\r\033[K{}", last ? "" : fmt::format("{} {}/{}", what, done, all));
  std::fflush(stderr);
  progress_shown() = !last;
}

}  // namespace motus::cli
