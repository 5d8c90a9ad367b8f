#include "host/app/completion.hpp"

#include <algorithm>
#include <sstream>

#include "sprig/config/config.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/words.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/report/json.hpp"

namespace sprig::app {

namespace {

// What may stand where an option or a positional has its value: files, folders, or these words.
struct Values {
  bool files = false, folders = false;
  std::vector<std::string> words;

  static Values of(std::vector<std::string> words) { return {false, false, std::move(words)}; }
};

// "section.key=" for every key, and "section.key=word" where it takes words.
std::vector<std::string> assignments() {
  std::vector<std::string> all;
  const Json schema = Json::parse(config_schema());
  for (const auto& [section, table] : schema.at("properties").items()) {
    if (!table.contains("properties")) continue;  // an array of tables: --set has no such keys
    for (const auto& [key, what] : table.at("properties").items()) {
      const std::string start = section + "." + key + "=";
      all.push_back(start);
      const Json words =
          what.value("enum", what.value("type", "") == "boolean" ? Json{"true", "false"} : Json::array());
      for (const Json& word : words)
        if (word.is_string()) all.push_back(start + word.get<std::string>());
    }
  }
  return all;
}

Values values_of(const CLI::Option& option) {
  const std::string name = option.get_single_name(), type = option.get_type_name();
  if (type == "FILE" || type == "IN" || type == "OUT") return {true, false, {}};
  if (type == "DIR" || type == "FOLDER") return {false, true, {}};
  if (name == "device") return Values::of({"auto", "cpu", "cuda", "cuda:0", "cuda:all"});
  if (name == "device-model") {
    Values models;
    std::istringstream names(device_model_names());
    for (std::string model; std::getline(names >> std::ws, model, ',');) models.words.push_back(model);
    return models;
  }
  if (name == "network") {
    Values networks;
    for (const std::string_view network : words_of(BenchNetwork{})) networks.words.emplace_back(network);
    return networks;
  }
  if (name == "to") return Values::of({"network", "scipy", "dense", "edges"});
  if (name == "help-config") return Values::of({"text", "json"});
  if (name == "shell") return Values::of(shells());
  if (name == "set") return Values::of(assignments());
  if (name == "verb") {
    Values names;
    for (const Verb& verb : verbs()) names.words.emplace_back(verb.name);
    return names;
  }
  return {};
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// `text` with a backslash before each of `special`.
std::string escaped(const std::string& text, const std::string& special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) out += '\\';
    out += c;
  }
  return out;
}

// In single quotes, for any of the three shells.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  return out + "'";
}

std::string bash_values(const Values& values) {
  if (values.files) return "compgen -f -- \"$cur\"";
  if (values.folders) return "compgen -d -- \"$cur\"";
  return "compgen -W " + quoted(joined(values.words)) + " -- \"$cur\"";
}

// readline parts words at '=' and ':'; the script puts them together again and cuts the part that readline keeps.
constexpr const char* kBashHead = R"(_sprig() {
  local line=${COMP_LINE:0:COMP_POINT} cur prev verb
  local -a words
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=("")
  cur=${words[-1]} prev=${words[-2]:-} verb=${words[1]:-}
  if [[ $cur == --*=* ]]; then prev=${cur%%=*} cur=${cur#*=}; fi
  COMPREPLY=()
)";
constexpr const char* kBashTail = R"(  local kept=
  [[ $COMP_WORDBREAKS != *=* || $cur != *=* ]] || kept=${cur%"${cur##*=}"}
  [[ $COMP_WORDBREAKS != *:* || $cur != *:* ]] || kept=${cur%"${cur##*:}"}
  COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}
complete -o filenames -F _sprig sprig
)";

std::string bash_script(const CLI::App& app) {
  std::string valued, verb_options;  // arms of two case statements
  std::vector<std::string> seen;
  const auto option_words = [&](const CLI::App& of) {
    std::vector<std::string> words;
    for (const CLI::Option* option : of.get_options())
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    return joined(words);
  };
  const auto positional = [&](const CLI::App& of) -> std::string {
    for (const CLI::Option* option : of.get_options())
      if (option->get_positional()) return bash_values(values_of(*option));
    return "";
  };
  std::vector<std::string> first;
  for (const CLI::App* verb : app.get_subcommands({})) {
    first.push_back(verb->get_name());
    for (const CLI::Option* option : verb->get_options()) {
      if (option->get_positional() || !takes_value(*option)) continue;
      const std::string name = "--" + option->get_single_name();
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(name);
      valued += "    " + name + ") mapfile -t COMPREPLY < <(" + bash_values(values_of(*option)) + ") ;;\n";
    }
    const std::string place = positional(*verb);
    verb_options += "        " + verb->get_name() + ")\n          if [[ $cur == -* ]]; then mapfile -t COMPREPLY < <(" +
                    "compgen -W " + quoted(option_words(*verb)) + " -- \"$cur\"); " +
                    (place.empty() ? "" : "else mapfile -t COMPREPLY < <(" + place + "); ") + "fi ;;\n";
  }
  return "# bash completion of sprig; load it with: source <(sprig completion bash)\n" + std::string(kBashHead) +
         "  case $prev in\n" + valued +
         "    *)\n      if ((${#words[@]} == 2)); then mapfile -t COMPREPLY < <(compgen -W " +
         quoted(joined(first) + " " + option_words(app)) + " -- \"$cur\")\n      else case $verb in\n" + verb_options +
         "      esac; fi ;;\n  esac\n" + kBashTail;
}

std::string zsh_values(const CLI::Option& option) {
  const Values values = values_of(option);
  const std::string type = escaped(option.get_type_name(), ":[]\\");
  if (values.files) return ":" + type + ":_files";
  if (values.folders) return ":" + type + ":_files -/";
  if (values.words.empty()) return ":" + type + ":";
  return ":" + type + ":(" + escaped(joined(values.words), ":\\") + ")";
}

std::string zsh_script(const CLI::App& app) {
  std::string names, cases;
  int place = 0;  // of a positional
  const auto argument = [&place](const CLI::Option& option) {
    if (option.get_positional()) return quoted(std::to_string(++place) + zsh_values(option));
    const bool value = takes_value(option);
    const std::string name = "--" + option.get_single_name();
    return quoted((name == "--set" ? "*" : "") + name + "[" + escaped(option.get_description(), ":[]\\") + "]" +
                  (value ? zsh_values(option) : ""));
  };
  for (const CLI::App* verb : app.get_subcommands({})) {
    names += "    " + quoted(verb->get_name() + ":" + escaped(verb->get_description(), ":\\")) + "\n";
    cases += "    " + verb->get_name() + ")\n      _arguments";
    place = 0;
    for (const CLI::Option* option : verb->get_options()) cases += " \\\n        " + argument(*option);
    cases += " ;;\n";
  }
  std::string top;
  for (const CLI::Option* option : app.get_options()) top += " \\\n      " + argument(*option);
  return "#compdef sprig\n# zsh completion of sprig; put it into a folder of $fpath as _sprig\n_sprig() {\n  local -a "
         "names\n"
         "  names=(\n" +
         names + "  )\n  if ((CURRENT == 2)); then\n    _describe verb names\n    _arguments" + top +
         "\n    return\n  fi\n  local verb=$words[2]\n  shift words\n  ((CURRENT--))\n  case $verb in\n" + cases +
         "  esac\n}\nif [[ $funcstack[1] == _sprig ]]; then _sprig \"$@\"; else compdef _sprig sprig; fi\n";
}

std::string fish_script(const CLI::App& app) {
  std::string out =
      "# fish completion of sprig; put it into ~/.config/fish/completions/sprig.fish\ncomplete -c sprig -f\n";
  const auto line = [&](const std::string& when, const CLI::Option& option) {
    const Values values = values_of(option);
    std::string what = option.get_positional() ? "" : " -l " + option.get_single_name();
    if (!option.get_positional() && !takes_value(option))
      ;  // a flag
    else if (values.files)
      what += option.get_positional() ? " -F" : " -r -F";
    else if (values.folders)
      what += (option.get_positional() ? " -a " : " -x -a ") + quoted("(__fish_complete_directories)");
    else if (!values.words.empty())
      what += (option.get_positional() ? " -a " : " -x -a ") + quoted(joined(values.words));
    else if (!option.get_positional())
      what += " -x";
    out += "complete -c sprig -n " + quoted(when) + what + " -d " + quoted(option.get_description()) + "\n";
  };
  for (const CLI::Option* option : app.get_options()) line("__fish_use_subcommand", *option);
  for (const CLI::App* verb : app.get_subcommands({})) {
    out += "complete -c sprig -n __fish_use_subcommand -a " + verb->get_name() + " -d " +
           quoted(verb->get_description()) + "\n";
    for (const CLI::Option* option : verb->get_options())
      line("__fish_seen_subcommand_from " + verb->get_name(), *option);
  }
  return out;
}

}  // namespace

std::vector<std::string> shells() { return {"bash", "zsh", "fish"}; }

std::string completion(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return bash_script(app);
  return shell == "zsh" ? zsh_script(app) : fish_script(app);
}

}  // namespace sprig::app
