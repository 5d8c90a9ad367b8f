// CSV files: what is read, and where every mistake is found.
#include "sprig/formats/csv.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::TemporaryFolder;
using test::write_raw;

class Csv : public ::testing::Test {
 protected:
  CsvTable read(const std::string& text, const std::vector<std::string>& columns = {},
                CsvHeader header = CsvHeader::automatic) {
    write_raw(path_, text);
    return read_csv(path_, columns, header, "say which");
  }
  // The error's text with the folder left out.
  std::string refusal(const std::string& text, const std::vector<std::string>& columns = {},
                      CsvHeader header = CsvHeader::automatic) {
    try {
      read(text, columns, header);
    } catch (const Error& error) {
      std::string what = error.what();
      EXPECT_EQ(what.find('\n'), std::string::npos);
      for (std::size_t at; (at = what.find(folder_.path() + "/")) != std::string::npos;)
        what.erase(at, folder_.path().size() + 1);
      return what;
    }
    return "(accepted)";
  }
  TemporaryFolder folder_;
  std::string path_ = folder_.file("data.csv");
};

using Values = std::vector<double>;
using Names = std::vector<std::string>;

TEST_F(Csv, ReadsNumbersWithAndWithoutAHeader) {
  const CsvTable named = read("x, y\n1,2.5\n-3e2,+4\n"), plain = read("1,2.5\n-3e2,.4");

  EXPECT_EQ(named.names, (Names{"x", "y"}));
  EXPECT_EQ(named.values, (Values{1, 2.5, -300, 4}));
  EXPECT_EQ(named.rows, 2u);
  EXPECT_EQ(plain.names, (Names{"0", "1"}));
  EXPECT_EQ(plain.values, (Values{1, 2.5, -300, 0.4}));
}

TEST_F(Csv, TakesOtherSeparatorsLineEndsQuotesAndAByteOrderMark) {
  const Values expected{1, 2, 3, 4};

  EXPECT_EQ(read("1;2\n3;4\n").values, expected);
  EXPECT_EQ(read("1\t2\n3\t4\n").values, expected);
  EXPECT_EQ(read("a,b\r\n1,2\r\n3,4\r\n\r\n").values, expected);
  EXPECT_EQ(read("\xEF\xBB\xBF\"wind, m/s\",\"b\"\n\"1\", \"2\"\n 3 ,4 \n").values, expected);
  EXPECT_EQ(read("\xEF\xBB\xBF\"wind, m/s\",b\n1,2\n").names, (Names{"wind, m/s", "b"}));
  EXPECT_EQ(read("1\n2\n3\n4\n\n\n").values, expected);
  EXPECT_EQ(read("\"a, b\";c\n1;2\n3;4\n").values, expected);  // a comma in quotes separates nothing
  EXPECT_EQ(read("\"a; b\",c\n1,2\n3,4\n").names, (Names{"a; b", "c"}));
  EXPECT_EQ(read("\"a; b\"\tc, d\n1\t2\n3\t4\n").names, (Names{"a; b", "c, d"}));
}

TEST_F(Csv, ChoosesColumnsByNameOrNumberAndLeavesOthersUnread) {
  const std::string text = "date,open,close\n2020-01-02,10,11\n2020-01-03,,13\n";

  EXPECT_EQ(read(text, {"close"}).values, (Values{11, 13}));
  EXPECT_EQ(read(text, {"2"}).names, (Names{"close"}));
  EXPECT_EQ(read("a,b\n1,2\n3,4\n", {"b", "0"}).values, (Values{2, 1, 4, 3}));
  EXPECT_EQ(read("x,1,0\n5,6,7\n", {"1", "0"}, CsvHeader::yes).values, (Values{6, 7}));  // a name goes first
}

TEST_F(Csv, HeaderCanBeDeclared) {
  EXPECT_EQ(read("2019,2020\n1,2\n", {}, CsvHeader::yes).values, (Values{1, 2}));
  EXPECT_EQ(read("2019,2020\n1,2\n").values, (Values{2019, 2020, 1, 2}));
  EXPECT_EQ(refusal("a,b\n1,2\n", {}, CsvHeader::no).substr(0, 41), "data.csv:1:1: column \"0\": found \"a\", must");
}

TEST_F(Csv, EveryMistakeHasItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"a,b\n1,2\n3,\n", "data.csv:3:3: column \"b\": an empty field (a gap), must be a finite number"},
      {"a,b\n1,2\n,4\n", "data.csv:3:1: column \"a\": an empty field (a gap), must be a finite number"},
      {"1\n\n3\n", "data.csv:2:1: an empty line (a gap)"},
      {"1,2\n3\n", "data.csv:2:1: 1 fields, must be 2 as in the first row"},
      {"1,2\n3,4,5\n", "data.csv:2:1: 3 fields, must be 2 as in the first row"},
      {"a\n\"1\n", "data.csv:2:1: a quote that is not closed in its line"},
      {"a,b\n1,\"2\"3\n", "data.csv:2:6: more text after a closed quote"},
      {"", "data.csv: is empty"},
      {" \n\n", "data.csv: is empty"},
      {"\xEF\xBB\xBF", "data.csv: is empty"},
      {"a,b\n", "data.csv: has a header and no row of numbers"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(refusal(text), expected);
}

TEST_F(Csv, WhatIsNoFiniteNumberIsShown) {
  const std::string hint = ", must be a finite number; say which";
  for (const char* bad : {"n/a", "NaN", "nan", "inf", "-inf", "1e999", "1.5x", "0x10", "1 2", "--1", "1e"})
    EXPECT_EQ(refusal("a,b\n1,2\n3," + std::string(bad) + "\n"),
              "data.csv:3:3: column \"b\": found \"" + std::string(bad) + "\"" + hint);
  EXPECT_EQ(refusal("1,5;2\n").substr(0, 40), "data.csv:1:1: column \"0\": found \"1,5\", m");
  EXPECT_EQ(refusal("a;b\n1;2,5\n"), "data.csv:2:3: column \"b\": found \"2,5\"" + hint);
  EXPECT_EQ(refusal("1\n" + std::string(100, 'x') + "\n"),
            "data.csv:2:1: column \"0\": found \"" + std::string(40, 'x') + "...\"" + hint);
}

TEST_F(Csv, BinaryFilesAreNoText) {
  EXPECT_EQ(refusal(std::string("1,2\n3,\0004\n", 9)), "data.csv:2:3: byte 0 is not text; a CSV file is needed");
  EXPECT_EQ(refusal("\x1F\x8B\x08 gzip"), "data.csv:1:1: byte 31 is not text; a CSV file is needed");
}

TEST_F(Csv, UnknownAndRepeatedColumnsAreConfigurationErrors) {
  EXPECT_EQ(refusal("a,b\n1,2\n", {"c"}), "task.columns: \"c\" is no column of data.csv; there are 2: a, b");
  EXPECT_EQ(refusal("a,b\n1,2\n", {"2"}), "task.columns: \"2\" is no column of data.csv; there are 2: a, b");
  EXPECT_EQ(refusal("a,b\n1,2\n", {"-1"}), "task.columns: \"-1\" is no column of data.csv; there are 2: a, b");
  EXPECT_EQ(refusal("a,b\n1,2\n", {"b", "1"}), "task.columns: \"1\" twice, must be distinct columns");
}

TEST_F(Csv, HugeFilesAndRowsAreRefusedBeforeTheyAreRead) {
  write_raw(path_, "");
  std::filesystem::resize_file(path_, kMostCsvBytes + 1);  // sparse
  EXPECT_THROW(read_csv(path_, {}, CsvHeader::automatic), InputError);
  EXPECT_EQ(refusal(std::string(20000, ',')), "data.csv:1:10001: more than 10000 fields in a row");
}

TEST_F(Csv, WhatIsNoFileIsSaid) {
  EXPECT_THROW(read_csv(folder_.file("none.csv"), {}, CsvHeader::automatic), InputError);
  EXPECT_THROW(read_csv(folder_.path(), {}, CsvHeader::automatic), InputError);
  EXPECT_THROW(read_csv("/dev/zero", {}, CsvHeader::automatic), InputError);
}

}  // namespace
}  // namespace sprig
