// The JSON Schema of a configuration, judged by an independent validator.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "sprig/config/config.hpp"
#include "tests/support/python.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

// Runs `body` with `errors(text)`: the number of errors that a TOML text has by the schema.
std::optional<std::vector<double>> by_the_schema(const std::string& name, const std::string& body) {
  const test::TemporaryFolder folder;
  test::write_raw(folder.file("schema.json"), config_schema());
  const std::string script =
      "import glob, json, tomllib\nfrom jsonschema import Draft202012Validator as Validator\n"
      "schema = json.load(open('" +
      folder.file("schema.json") +
      "'))\nValidator.check_schema(schema)\nvalidator = Validator(schema)\n"
      "def errors(text):\n  return len(list(validator.iter_errors(tomllib.loads(text))))\n" +
      body;
  return test::python_numbers(name, script, "tomllib, jsonschema");
}

constexpr const char* kNeeds = "python3 with tomllib and jsonschema is needed";

TEST(Schema, TheCommittedAndTheResolvedConfigurationsAreValid) {
  const test::TemporaryFolder folder;
  Config config;
  finish_config(config);
  test::write_raw(folder.file("resolved.toml"), resolved_config(config));
  const auto found =
      by_the_schema("schema_valid", "names = glob.glob('" SPRIG_SOURCE_DIR "/configs/**/*.toml', recursive=True) + ['" +
                                        folder.file("resolved.toml") +
                                        "']\n"
                                        "print(len(names))\n"
                                        "for n in names: print(errors(open(n).read()))\n");
  if (!found) GTEST_SKIP() << kNeeds;
  ASSERT_GE(found->size(), 24u);
  EXPECT_EQ(found->front(), static_cast<double>(found->size() - 1));
  for (std::size_t k = 1; k < found->size(); ++k) EXPECT_EQ((*found)[k], 0) << "file " << k;
}

TEST(Schema, RefusesWhatReadingRefuses) {
  const char* const bad[] = {
      "[netwrk]\ndensity = 0.1",
      "[network]\ndensty = 0.1",
      "network = 5",
      "[network]\ndensity = 0",
      "[network]\ndensity = 1.0001",
      "[network]\ndensity = true",
      "[network]\ndensity = \"0.1\"",
      "[network]\nneurons = 0",
      "[network]\nneurons = 2147483648",
      "[network]\nneurons = 10.5",
      "[network]\ngain = inf",
      "[network]\nweight = -1",
      "[network]\nweight = \"gama(3, 4)\"",
      "[network]\nweight = \"gamma(3)\"",
      "[network]\nweight = \"constant(1, 2)\"",
      "[network]\ntopology = \"smallworld\"",
      "[network]\nautapses = 1",
      "[network]\nfile = 3",
      "[neuron]\ntau_m_ms = []",
      "[run]\nweight_bits = 24",
      "[run]\ndevice = \"gpu\"",
      "[run]\ndevice = \"cuda:\"",
      "[run]\ndevice = \"cuda:-1\"",
      "[run]\ndevice = \"cuda:01\"",
      "[run]\ndevice = \"cuda:10000\"",
      "[run]\ndevice = 0",
      "[prune]\nneuron_fraction = 1",
      "[study]\nmethods = [\"lnp\", \"magic\"]",
      "[task]\ncolumns = [-1]",
      "[population]\nname = \"E\"\nsize = 1",
      "[[population]]\nname = \"E\"\nsize = 0",
      "[[population]]\nname = \"E\"\nsize = 1\nsiz = 1",
      "[[population]]\nname = \"E\"\nsize = 1\ntau_m_ms = \"file:\"",
      "[[population]]\nname = \"E\"\nsize = 1\ntau_m_ms = -1",
      "[[projection]]\nfrom = \"E\"\nto = \"E\"\nrule = \"bernouli(0.1)\"",
      "[[projection]]\nfrom = \"E\"\nto = \"E\"\nstdp = { wmax = 1 }",
      "[[projection]]\nfrom = \"E\"\nto = \"E\"\nstdp = 1",
      "[[stimulus]]\nkind = \"ac\"",
      "[[record]]\nwhat = \"V\"",
  };
  std::string body;
  for (const char* text : bad) {
    Config config;
    EXPECT_THROW(read_config_text(config, text, "bad.toml"), ConfigError) << text;
    body += "print(errors('''" + std::string(text) + "'''))\n";
  }
  const auto found = by_the_schema("schema_bad", body);
  if (!found) GTEST_SKIP() << kNeeds;
  ASSERT_EQ(found->size(), std::size(bad));
  for (std::size_t k = 0; k < found->size(); ++k) EXPECT_GE((*found)[k], 1) << bad[k];
}

TEST(Schema, TakesWhatReadingTakes) {
  const char* const good[] = {
      "[network]\ndensity = 1\nneurons = 2147483647\nweight = 0\ndelay_ms = \"normal ( 1, .5e0 )\"",
      "[network]\nweight = \"uniform(1e-1, 0.5)\"",
      "[neuron]\ntau_m_ms = 20\ntau_theta_ms = inf",
      "[run]\nweight_bits = 16\nprobe = 3",
      "[run]\ndevice = \"cuda:9999\"",
      "[run]\ndevice = \"cuda:all\"",
      "[task]\ncolumns = [\"speed\", 3]\nlambdas = 0.5",
      "[study]\nmethods = \"lnp\"",
      "[network]\nneurons = 1e6",
      "[[population]]\nname = \"E\"\nsize = 1e3\ntau_m_ms = \"file:tau.npy\"\ntau_theta_ms = inf",
      "[[population]]\nname = \"E\"\nsize = 1\n[[projection]]\nfrom = \"E\"\nto = [\"E\"]\nrule = \"gaussian(0.5, "
      "0.1)\"\n"
      "stdp.w_max = 1",
      "[[stimulus]]\nuntil_ms = inf\n[[record]]\nat_ms = 5",
  };
  std::string body;
  for (const char* text : good) {
    Config config;
    EXPECT_NO_THROW(read_config_text(config, text, "good.toml")) << text;
    body += "print(errors('''" + std::string(text) + "'''))\n";
  }
  const auto found = by_the_schema("schema_good", body);
  if (!found) GTEST_SKIP() << kNeeds;
  ASSERT_EQ(found->size(), std::size(good));
  for (std::size_t k = 0; k < found->size(); ++k) EXPECT_EQ((*found)[k], 0) << good[k];
}

}  // namespace
}  // namespace sprig
