#include "host/app/command_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <string_view>

#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::app {

namespace {

struct Synonym {
  const char *word, *sentence;
};
constexpr Synonym kVerbSynonyms[] = {
    {"simulate", "did you mean run?"},
    {"sim", "did you mean run?"},
    {"record", "did you mean run? What is recorded stands in [[record]] of the configuration"},
    {"fit", "did you mean study (readouts on tasks), train (images, by labels) or learn (images, without labels)?"},
    {"evaluate", "did you mean study?"},
    {"sparsify", "did you mean prune?"},
    {"lnp", "did you mean prune? LNP is its method"},
    {"spectrum", "did you mean lyapunov?"},
    {"benchmark", "did you mean bench?"},
    {"microcircuit", "did you mean bench microcircuit?"},
    {"potjans", "did you mean bench microcircuit? It is Potjans and Diesmann's network"},
    {"brunel", "did you mean bench brunel?"},
    {"vogels", "did you mean bench vogels?"},
    {"memory", "did you mean plan?"},
    {"plot", "did you mean report?"},
    {"gpu", "did you mean --device cuda after a verb?"},
    {"cuda", "did you mean --device cuda after a verb?"},
    {"selftest", "did you mean info?"},
    {"version", "did you mean --version?"},
    {"config", "did you mean --help-config?"},
    {"export",
     "did you mean python -m sprig convert (NIR, SONATA, Matrix Market, NEST, Brian2)? sprig convert has npz, npy, "
     "csv"},
    {"import",
     "did you mean python -m sprig convert (NIR, SONATA, Matrix Market)? network.file takes npz, npy and csv at once"},
};
constexpr Synonym kOptionSynonyms[] = {
    {"--gpu", "--device cuda"},
    {"--cuda", "--device cuda"},
    {"--cpu", "--device cpu"},
    {"--output", "--out"},
    {"-o", "--out"},
    {"-c", "--config"},
    {"-s", "--set"},
    {"-q", "--quiet"},
    {"-j", "--threads"},
    {"-v", "--version"},
    {"--dt", "--set network.step_ms=VALUE"},
    {"--duration", "--set run.duration_ms=VALUE"},
    {"--neurons", "--set network.neurons=VALUE"},
    {"--density", "--set prune.density=VALUE or --set network.density=VALUE"},
    {"--method", "--set prune.method=VALUE"},
    {"--record", "[[record]] in the configuration"},
};

const char* sentence_of(std::span<const Synonym> synonyms, const std::string& word) {
  const auto found = std::find_if(synonyms.begin(), synonyms.end(), [&](const Synonym& s) { return word == s.word; });
  return found == synonyms.end() ? nullptr : found->sentence;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// As a POSIX shell reads it back, in UTF-8, which is all that JSON can hold: bytes that are not are printed by printf.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain = "+,-./:=@_%";
  const auto is_plain = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kPlain.find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string text = "'";
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t bytes = utf8_bytes(word, i);
    if (bytes == 0) {
      std::array<char, 8> octal{};
      std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned char>(word[i]));
      text.append("'\"$(printf '").append(octal.data()).append("')\"'");
      ++i;
    } else if (word[i] == '\'') {
      text += "'\\''";
      ++i;
    } else {
      text.append(word, i, bytes);
      i += bytes;
    }
  }
  return text + "'";
}

}  // namespace

void refuse_unknown_verb(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) names.push_back(verb.name);
  const std::size_t working = names.size();
  for (const PrintingWord& word : printing_words()) names.push_back(word.name);
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return;
  const std::string word = std::string(argv[1]).substr(0, 40);
  if (const char* sentence = sentence_of(kVerbSynonyms, word))
    throw UsageError(word, std::string("unknown verb; ") + sentence);
  const std::string near = nearest_spelling(word, names);
  std::string all;
  for (std::size_t i = 0; i < working; ++i) all += (i == 0 ? "" : ", ") + names[i];
  throw UsageError(word, "unknown verb; " + (near.empty() ? "allowed: " + all : "did you mean " + near + "?"));
}

std::string option_meant(const CLI::App& app, int argc, const char* const* argv) {
  const std::vector<std::string> names = option_names(app);
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    word = word.substr(0, std::min<std::size_t>(word.find('='), 40));
    if (word.size() < 2 || word[0] != '-' || std::isdigit(static_cast<unsigned char>(word[1]))) continue;
    if (std::find(names.begin(), names.end(), word) != names.end() || word == "-h" || word == "-V") continue;
    if (const char* sentence = sentence_of(kOptionSynonyms, word))
      return std::string("; did you mean ") + sentence + "?";
    const std::string near = word.size() > 3 ? nearest_spelling(word, names) : "";
    return near.empty() ? "" : "; did you mean " + near + "?";
  }
  return "";
}

std::string device_meant(const std::string& text) {
  std::string small = text.substr(0, 40);
  for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (small == "gpu" || small == "nvidia") return "cuda";
  if (small == "gpus" || small == "all") return "cuda:all";
  if (small.starts_with("gpu:")) small = "cuda:" + small.substr(4);
  return small != text && read_device(small) ? small : "";
}

std::string typed(int argc, const char* const* argv) {
  std::string line = "sprig";
  for (int i = 1; i < argc; ++i) line += " " + shell_word(argv[i]);
  return line;
}

}  // namespace sprig::app
