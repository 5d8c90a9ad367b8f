// Who works in a folder that processes share, and on what.
#include "sprig/session/shared_work.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "sprig/core/error.hpp"
#include "sprig/session/session.hpp"
#include "tests/session/folder_tools.hpp"

namespace sprig {
namespace {

class SharedWorks : public ::testing::Test {
 protected:
  Command command(std::uint64_t key) const {
    Command command;
    command.verb = "study";
    command.out = folder_.file("out");
    command.key = key;
    command.quiet = true;
    return command;
  }
  std::unique_ptr<SharedWork> join(std::uint64_t key) const {
    return std::make_unique<SharedWork>(command(key), names_);
  }

  test::TemporaryFolder folder_;
  std::vector<std::string> names_{kShares};
};

TEST_F(SharedWorks, APieceIsOneProcessesAtATimeAndItsLogGoesFromOneToTheNext) {
  const auto first = join(1), second = join(1);
  {
    const auto piece = first->take("group-1");
    ASSERT_NE(piece, nullptr);
    EXPECT_EQ(second->take("group-1"), nullptr);
    EXPECT_NE(second->take("group-2"), nullptr);
    piece->log().open("cells.jsonl");
    piece->log().add("a", {{"score", 1}});
  }
  const auto piece = second->take("group-1");
  ASSERT_NE(piece, nullptr);
  piece->log().open("cells.jsonl");
  ASSERT_NE(piece->log().find("a"), nullptr);
  EXPECT_EQ(piece->log().find("a")->at("score"), 1);
  EXPECT_EQ(shared_logs(first->folder(), "cells.jsonl"), std::vector{first->log_of("group-1", "cells.jsonl")});
  EXPECT_EQ(pieces_in(first->log_of("group-1", "cells.jsonl")).count("a"), 1u);
}

TEST_F(SharedWorks, TheResultIsMadeWhenNobodyIsAtWorkAnyMore) {
  auto first = join(1), second = join(1);
  EXPECT_THROW(Session(command(1), names_), FolderHeld);
  first.reset();
  EXPECT_THROW(Session(command(1), names_), FolderHeld);
  second.reset();
  const Command of = command(1);
  const Session result(of, names_);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.file("out/shares")));
}

TEST_F(SharedWorks, OtherWorkKeepsOut) {
  const auto first = join(1);
  EXPECT_THROW(Session(command(2), names_), FolderHeld);
  EXPECT_THROW(Session(command(2), names_, FolderUse::joined), FolderHeld);
  EXPECT_NE(first->take("group-1"), nullptr);
}

// Somebody who comes while the others end finds the work done when the folder is free.
TEST_F(SharedWorks, WorkThatIsDoneCannotBeJoined) {
  {
    const Command of = command(1);
    Session finished(of, names_);
    EXPECT_EQ(finished.finish(Json::object(), "", "cpu", true), 0);
  }
  std::filesystem::remove_all(folder_.file("out/shares"));
  EXPECT_THROW(join(1), FolderDone);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out/next")));
  EXPECT_NO_THROW(join(2)) << "other work begins beside it";
}

TEST_F(SharedWorks, TheNextResultIsSharedBesideAFinishedOne) {
  {
    const Command of = command(1);  // a Session keeps a reference
    Session finished(of);
    EXPECT_EQ(finished.finish(Json::object(), "", "cpu", true), 0);
  }
  auto first = join(2);
  EXPECT_EQ(first->folder(), folder_.file("out/next"));
  EXPECT_NE(first->take("group-1"), nullptr);
  EXPECT_THROW(Session(command(2), names_), FolderHeld);
  EXPECT_TRUE(std::filesystem::exists(folder_.file("out/result.json")));
}

TEST_F(SharedWorks, WhatCannotBeSharedIsRefused) {
  Command of = command(1);
  of.again = true;
  EXPECT_THROW(SharedWork(of, names_), UsageError);
  of = command(1);
  of.out.clear();
  EXPECT_THROW(SharedWork(of, names_), UsageError);
}

}  // namespace
}  // namespace sprig
