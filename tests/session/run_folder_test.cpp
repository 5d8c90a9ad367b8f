// Whose files a run folder holds, and what becomes of them.
#include "sprig/session/run_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <optional>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "tests/session/folder_tools.hpp"

namespace sprig {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::tree;
using test::write_raw;
using Tree = std::map<std::string, std::string>;

class RunFolders : public ::testing::Test {
 protected:
  // What a test calls a command: a key, and what it makes.
  static FolderRun command(std::uint64_t key, std::vector<std::string> names, bool again = false) {
    return {key, again, Json{{"verb", "run"}, {"version", "0.3.0"}}, std::move(names), FolderUse::alone, {}};
  }
  std::string out() const { return folder_.file("out"); }
  std::string file(const std::string& name) const { return out() + "/" + name; }
  Json manifest(const std::string& within = "") const { return Json::parse(read_file(file(within + "manifest.json"))); }
  static Json about() { return {{"verb", "run"}, {"version", "0.3.0"}}; }

  // A whole run that writes `text` into each of its files and into result.json.
  void finish(const FolderRun& of, const std::string& text) const {
    RunFolder run(out(), of);
    for (const std::string& name : of.names) {
      if (name.ends_with('/')) continue;
      write_raw(name.ends_with(".jsonl") ? run.log() + "/" + name : run.file(name), text);
    }
    run.write("result.json", text);
    run.end(about(), true);
  }
  // What InputError says; the folder stays as it is.
  std::string refusal(const FolderRun& of) const {
    const Tree before = tree(folder_.path());
    try {
      RunFolder run(out(), of);
    } catch (const InputError& error) {
      EXPECT_EQ(tree(folder_.path()), before);
      return error.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
  }

  test::TemporaryFolder folder_;
};

TEST_F(RunFolders, TheManifestListsWhatIsMadeBeforeItIsMadeAndAtTheEndWhatIsThere) {
  RunFolder run(out(), command(7, {"a.npy", "never.npy"}));
  EXPECT_EQ(manifest()["complete"], false);
  EXPECT_EQ(manifest()["work_key"], "0000000000000007");
  const auto lists = [&](const std::string& name) {
    const Json files = manifest()["files"];
    for (const Json& entry : files)
      if (entry == name) return true;
    return false;
  };
  EXPECT_TRUE(lists("a.npy") && lists("never.npy") && lists("result.json"));
  EXPECT_FALSE(lists("late.npy"));
  run.file("late.npy");
  EXPECT_TRUE(lists("late.npy"));
  run.write("a.npy", "x");
  run.write("result.json", "{}");
  run.end(about(), true);
  EXPECT_EQ(manifest()["complete"], true);
  EXPECT_TRUE(lists("a.npy") && lists("result.json"));
  EXPECT_FALSE(lists("never.npy") || lists("late.npy")) << "it may be somebody else's from now on";
}

TEST_F(RunFolders, WhatIsThereAndNotSprigsIsRefusedByNameAndNothingIsChanged) {
  for (const char* name : {"counts.npy", "result.json", "manifest.json", "config.resolved.toml", ".lock",
                           "models/a.npz", "checkpoint/run.state", "kept/mine", "models", "kept"}) {
    fs::remove_all(out());
    fs::create_directories(fs::path(file(name)).parent_path());
    write_raw(file(name), "{\"name\": \"mine\"}");
    write_raw(file("notes"), "mine");
    const std::string said = refusal(command(1, {"counts.npy", "models/a.npz", "kept/"}));
    const std::string shown = std::string(name).starts_with("checkpoint") ? "checkpoint" : name;
    EXPECT_NE(said.find(out() + "/" + (std::string(name) == "kept/mine" ? "kept" : shown)), std::string::npos) << said;
    EXPECT_NE(said.find("another --out"), std::string::npos) << said;
  }
}

TEST_F(RunFolders, AFolderInItThatIsALinkIsRefused) {
  fs::create_directories(folder_.file("elsewhere"));
  write_raw(folder_.file("elsewhere/a.npz"), "mine");
  for (const char* name : {"models", "kept", "checkpoint", "next"}) {
    fs::remove_all(out());
    finish(command(1, {"x.npy"}), "one");
    fs::create_directory_symlink("../elsewhere", file(name));
    EXPECT_NE(refusal(command(2, {"models/a.npz", "kept/"})).find("/" + std::string(name) + ": is a link"),
              std::string::npos);
  }
}

TEST_F(RunFolders, NoNameLeadsOutOfTheFolder) {
  RunFolder run(out(), command(1, {}));
  for (const char* name : {"../x", "/x", "a/../../x", "", "a//b", "./x"}) EXPECT_THROW(run.file(name), InputError);
}

// A manifest that somebody has written: what it lists is removed only inside the folder.
TEST_F(RunFolders, AManifestIsNotBelievedBeyondItsFolder) {
  write_raw(folder_.file("victim"), "mine");
  fs::create_directories(folder_.file("tree"));
  write_raw(folder_.file("tree/leaf"), "mine");
  fs::create_directories(out());
  const Json listed{"../victim", "../tree/", folder_.file("victim"), "x/../../victim", "a.npy"};
  write_raw(file("manifest.json"), Json{{"verb", "run"},
                                        {"version", "0.3.0"},
                                        {"work_key", "0000000000000001"},
                                        {"complete", false},
                                        {"files", listed}}
                                       .dump());
  write_raw(file("a.npy"), "sprig's");
  RunFolder run(out(), command(2, {}));
  EXPECT_EQ(read_file(folder_.file("victim")), "mine");
  EXPECT_EQ(read_file(folder_.file("tree/leaf")), "mine");
  EXPECT_FALSE(fs::exists(file("a.npy")));
}

TEST_F(RunFolders, AnUnfinishedRunGoesOnForTheSameCommandAndMakesRoomForAnother) {
  const auto begin = [&] {
    fs::remove_all(out());
    fs::create_directories(file("models"));
    write_raw(file("models/notes"), "mine");
    write_raw(file("notes"), "mine");
    RunFolder run(out(), command(1, {"a.npy", "cells.jsonl", "models/a.npz"}));
    for (const char* name : {"a.npy", "models/a.npz"}) write_raw(run.file(name), "one");
    write_raw(run.log() + "/cells.jsonl", "line");
    fs::create_directories(run.log() + "/checkpoint");
    write_raw(run.log() + "/checkpoint/run.state", "state");
  };
  begin();
  const Tree left = tree(out());
  {
    const RunFolder same(out(), command(1, {"a.npy", "cells.jsonl", "models/a.npz"}));
    EXPECT_TRUE(same.goes_on());
    for (const auto& [name, text] : left)
      if (name != "manifest.json") {
        EXPECT_EQ(tree(out())[name], text) << name;
      }
  }
  {
    const RunFolder other(out(), command(2, {"b.npy"}));
    EXPECT_FALSE(other.goes_on());
    for (const char* name : {"a.npy", "models/a.npz"}) EXPECT_FALSE(fs::exists(file(name))) << name;
    for (const char* name : {"notes", "models/notes", "cells.jsonl", "checkpoint/run.state"})
      EXPECT_TRUE(fs::exists(file(name))) << name << ": somebody else's, or kept from one command to the next";
  }
  begin();
  {
    const RunFolder larger(out(), command(2, {"a.npy", "models/a.npz", "models/b.npz"}));
    EXPECT_FALSE(fs::exists(file("a.npy")));
    EXPECT_TRUE(fs::exists(file("models/a.npz"))) << "of a model that it learns too";
  }
  begin();
  const RunFolder again(out(), command(1, {"a.npy", "cells.jsonl"}, true));
  EXPECT_FALSE(again.goes_on());
  for (const char* name : {"a.npy", "cells.jsonl", "checkpoint/run.state"})
    EXPECT_FALSE(fs::exists(file(name))) << name;
}

TEST_F(RunFolders, AFinishedResultStaysUntilTheNextIsWhole) {
  finish(command(1, {"a.npy", "both.npy"}), "one");
  write_raw(file("notes"), "mine");
  const Tree before = tree(out());
  std::optional<RunFolder> next(std::in_place, out(), command(2, {"b.npy", "both.npy", "models/m.npz"}));
  EXPECT_EQ(next->path(), file("next"));
  EXPECT_EQ(next->log(), out());
  EXPECT_EQ(next->earlier("both.npy"), file("both.npy")) << "as far as it has none of its own";
  for (const char* name : {"b.npy", "both.npy", "models/m.npz"}) write_raw(next->file(name), "two");
  EXPECT_EQ(next->earlier("both.npy"), file("next/both.npy"));
  next->write("result.json", "two");
  for (const auto& [name, text] : before) EXPECT_EQ(tree(out())[name], text) << name;
  next.reset();  // killed: it goes on where it was
  next.emplace(out(), command(2, {"b.npy", "both.npy", "models/m.npz"}));
  EXPECT_TRUE(next->goes_on());
  EXPECT_EQ(read_file(file("next/b.npy")), "two");
  next->end(about(), true);
  EXPECT_EQ(next->path(), out());
  next.reset();
  Tree after = tree(out());
  EXPECT_EQ(after.erase("manifest.json"), 1u);
  EXPECT_EQ(after, (Tree{{"b.npy", "two"},
                         {"both.npy", "two"},
                         {"models", "folder"},
                         {"models/m.npz", "two"},
                         {"notes", "mine"},
                         {"result.json", "two"}}));
  EXPECT_EQ(manifest()["complete"], true);
}

TEST_F(RunFolders, WhatAnUnfinishedNextWasIsGoneWhenAnotherCommandComes) {
  finish(command(1, {"a.npy"}), "one");
  {
    RunFolder killed(out(), command(2, {"b.npy"}));
    write_raw(killed.file("b.npy"), "two");
  }
  finish(command(3, {"c.npy"}), "three");
  EXPECT_FALSE(fs::exists(file("next")) || fs::exists(file("a.npy")) || fs::exists(file("b.npy")));
  EXPECT_EQ(read_file(file("c.npy")), "three");
  // A folder of that name that sprig has not made.
  fs::create_directories(file("next"));
  write_raw(file("next/mine"), "mine");
  EXPECT_NE(refusal(command(4, {})).find("/next: was not made by sprig"), std::string::npos);
  fs::remove(file("next/mine"));
  finish(command(4, {"d.npy"}), "four");
}

// Metrics are of a result; lines of work are of whoever can use them.
TEST_F(RunFolders, MetricsGoWithTheirResultAndLinesOfWorkStay) {
  finish(command(1, {"cells.jsonl", "metrics.jsonl"}), "one");
  finish(command(2, {"b.npy"}), "two");
  EXPECT_FALSE(fs::exists(file("metrics.jsonl")));
  EXPECT_EQ(read_file(file("cells.jsonl")), "one");
}

TEST_F(RunFolders, AskedForAgainNothingOfBeforeIsUsedAndNothingIsLostBeforeTheEnd) {
  const std::vector<std::string> names{"a.npy", "cells.jsonl"};
  finish(command(1, names), "one");
  {
    RunFolder again(out(), command(1, names, true));
    EXPECT_EQ(again.log(), file("next")) << "lines and states of its own";
    EXPECT_EQ(again.earlier("a.npy"), file("next/a.npy"));
    write_raw(again.log() + "/cells.jsonl", "two");
  }
  EXPECT_EQ(read_file(file("cells.jsonl")), "one");
  RunFolder again(out(), command(1, names, true));
  EXPECT_TRUE(again.goes_on()) << "it was asked for once, and killed";
  EXPECT_EQ(read_file(again.log() + "/cells.jsonl"), "two");
  again.write("result.json", "two");
  again.end(about(), true);
  EXPECT_EQ(read_file(file("cells.jsonl")), "two");
}

TEST_F(RunFolders, OneThatAnotherRunHasTakenOverIsLeftToIt) {
  finish(command(1, {"a.npy"}), "one");
  RunFolder late(out(), command(2, {"a.npy"}));
  write_raw(late.file("a.npy"), "two");
  fs::remove(file(".lock"));
  write_raw(file(".lock"), "sprig another-host 17 heartbeat\n");
  EXPECT_THROW(late.end(about(), true), InputError);
  EXPECT_EQ(read_file(file("a.npy")), "one");
}

int fails_from = 0, calls = 0;  // of files::set_watch, which takes no more
int fail_from(const files::Event& event) {
  const bool changes = event.call != files::Call::close && event.call != files::Call::sync;
  return changes && ++calls >= fails_from ? EIO : 0;
}

// The process is gone before its k-th change of the file system, for every k of a move.
TEST_F(RunFolders, AMoveThatIsKilledAnywhereShowsWhoseFilesThereAreAndIsEndedByTheNextRun) {
  int moments = 0;
  for (bool whole = false; !whole; ++moments) {
    ASSERT_LT(moments, 200);
    fs::remove_all(out());
    finish(command(1, {"a.npy", "both.npy", "models/a.npz"}), "one");
    write_raw(file("notes"), "mine");
    fs::create_directories(file("kept"));
    std::optional<RunFolder> next(std::in_place, out(), command(2, {"b.npy", "both.npy", "table.txt"}));
    for (const char* name : {"b.npy", "both.npy", "table.txt", "result.json"}) write_raw(next->file(name), "two");
    fails_from = moments + 1, calls = 0;
    files::set_watch(fail_from);
    try {
      next->end(about(), true);
      whole = true;
    } catch (const InputError&) {
    }
    next.reset();
    files::set_watch(nullptr);
    fs::remove(file(".lock"));  // its removal failed too
    const Tree seen = tree(out());
    if (manifest()["complete"] == true) {
      const bool old = manifest()["work_key"] == "0000000000000001";
      for (const char* name : {"result.json", "both.npy"})
        EXPECT_EQ(seen.at(name), old ? "one" : "two") << name << ", moment " << moments;
      EXPECT_EQ(seen.contains("a.npy"), old);
      EXPECT_EQ(seen.contains("table.txt"), !old);
    } else {
      EXPECT_EQ(manifest()["moving"], true);
      EXPECT_EQ(manifest("next/")["complete"], true);
    }
    // Where the new result was whole it stands now; else the old one does, until this run ends.
    const bool was_whole = fs::exists(file("next/manifest.json")) ? manifest("next/")["complete"] == true : whole;
    {
      const RunFolder third(out(), command(3, {"c.npy"}));
      EXPECT_EQ(read_file(file("result.json")), was_whole ? "two" : "one") << moments;
      EXPECT_EQ(read_file(file("both.npy")), was_whole ? "two" : "one");
      EXPECT_EQ(fs::exists(file("a.npy")), !was_whole);
      EXPECT_EQ(fs::exists(file("models/a.npz")), !was_whole);
      EXPECT_EQ(manifest()["complete"], true);
      EXPECT_EQ(read_file(file("notes")), "mine");
    }
  }
  EXPECT_GT(moments, 12);
}

TEST_F(RunFolders, HalfWrittenFilesOfDeadProcessesAreRemovedAndNobodyElses) {
  const std::string dead = std::to_string(test::dead_process()), alive = std::to_string(getppid());
  {
    RunFolder killed(out(), command(1, {"a.npy", "cells.jsonl", "models/m.npz"}));
    killed.file("models/m.npz");
    fs::create_directories(file("checkpoint"));
  }
  const std::vector<std::string> gone{"a.npy.tmp-" + dead,        "cells.jsonl.tmp-" + dead,
                                      "result.json.tmp-" + dead,  "manifest.json.tmp-" + dead,
                                      "models/m.npz.tmp-" + dead, "checkpoint/run.state.tmp-" + dead};
  const std::vector<std::string> kept{"a.npy.tmp-" + alive, "notes.tmp-" + dead,        "a.npy.tmp-",
                                      "a.npy.tmp-5x",       "models/notes.tmp-" + dead, "a.npy.tmp-0"};
  for (const auto& names : {gone, kept})
    for (const std::string& name : names) write_raw(file(name), "half");
  const RunFolder run(out(), command(1, {"a.npy", "cells.jsonl", "models/m.npz"}));
  for (const std::string& name : gone) EXPECT_FALSE(fs::exists(file(name))) << name;
  for (const std::string& name : kept) EXPECT_TRUE(fs::exists(file(name))) << name;
}

TEST_F(RunFolders, AFolderOfAnEarlierVersionIsKnownByWhatThatMade) {
  fs::create_directories(out());
  write_raw(file("manifest.json"), Json{{"verb", "run"},
                                        {"version", "0.2.0"},
                                        {"command_line", "sprig run"},
                                        {"config_hash", "00"},
                                        {"complete", true}}
                                       .dump());
  write_raw(file("records.json"), R"({"records": [{"file": "v.npy"}, {"file": "../up.npy"}]})");
  for (const char* name : {"result.json", "v.npy", "mine.npy", "network.npz", "../up.npy"})
    write_raw(file(name), "old");
  EXPECT_NE(refusal(command(1, {"network.npz"})).find("network.npz: was not made"), std::string::npos)
      << "run makes no network";
  finish(command(1, {"w.npy"}), "new");
  EXPECT_FALSE(fs::exists(file("v.npy")) || fs::exists(file("records.json")));
  for (const char* name : {"mine.npy", "network.npz", "../up.npy"}) EXPECT_EQ(read_file(file(name)), "old") << name;
  EXPECT_EQ(read_file(file("w.npy")), "new");
}

// As a process leaves them that is killed between its manifest and its end; a command like it that cannot say "already
// done" (other threads, where seconds are measured) begins beside the result.
TEST_F(RunFolders, StatesOfAFinishedRunAreInNobodysWayAndWhatElseIsAmongThemIs) {
  finish(command(1, {"a.npy"}), "one");
  fs::create_directories(file("checkpoint"));
  for (const char* name : {"run.state", "run.state.previous", "run.state.tmp-1"})
    write_raw(file("checkpoint/" + std::string(name)), "state");
  finish(command(1, {"a.npy"}), "two");
  EXPECT_EQ(read_file(file("a.npy")), "two");
  write_raw(file("checkpoint/notes"), "mine");
  EXPECT_NE(refusal(command(1, {"a.npy"})).find("checkpoint: was not made"), std::string::npos);
}

// A process that is killed before it draws the page anew must not leave one that calls a whole result stopped early.
TEST_F(RunFolders, ThePageOfAStopGoesBeforeTheResultIsCalledWhole) {
  {
    RunFolder stopped(out(), command(1, {"a.npy"}));
    write_raw(file("report.html"), "stopped early");
    stopped.end(about(), false);
  }
  EXPECT_TRUE(fs::exists(file("report.html")));
  finish(command(1, {"a.npy"}), "whole");
  EXPECT_FALSE(fs::exists(file("report.html")));
}

TEST_F(RunFolders, TablesAndWhatThePageShowsWaitForTheResult) {
  RunFolder run(out(), command(1, {"table.txt", "observation.json"}));
  run.later(RunFolder::Later::page, "observation.json", "page");
  run.later(RunFolder::Later::table, "table.txt", "table");
  EXPECT_FALSE(fs::exists(file("table.txt")) || fs::exists(file("observation.json")));
  run.write_later(RunFolder::Later::table);
  EXPECT_EQ(read_file(file("table.txt")), "table");
  EXPECT_FALSE(fs::exists(file("observation.json")));
  run.write_later(RunFolder::Later::page);
  EXPECT_EQ(read_file(file("observation.json")), "page");
}

}  // namespace
}  // namespace sprig
