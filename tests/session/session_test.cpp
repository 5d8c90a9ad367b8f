// One run of a verb, from its folder to "already done".
#include "sprig/session/session.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "sprig/core/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

class Sessions : public ::testing::Test {
 protected:
  Sessions() {
    command_.verb = "search";
    command_.out = folder_.file("out");
    command_.key = 7;
    command_.quiet = true;
    command_.config.simulation.threads = 1;
    command_.config.simulation.device = Device::cpu;
  }
  int finish(bool complete) const {
    Session session(command_);
    const Checkpoints states = session.checkpoints();
    states.keep([](Writer& writer) { writer(5); });
    session.folder().metric("{}");
    return session.finish(Json::object(), "hash", "cpu", complete);
  }
  Json result() const { return Json::parse(test::read_file(folder_.file("out/result.json"))); }
  bool has_state() const { return std::filesystem::exists(folder_.file("out/checkpoint")); }

  test::TemporaryFolder folder_;
  Command command_;
};

TEST_F(Sessions, OneThatIsStoppedKeepsItsStateAndOneThatIsWholeLeavesNone) {
  EXPECT_EQ(finish(false), static_cast<int>(Exit::checkpointed));
  EXPECT_EQ(result()["complete"], false);
  EXPECT_TRUE(has_state());
  EXPECT_FALSE(already_done(command_));
  EXPECT_EQ(finish(true), 0);
  EXPECT_EQ(result()["complete"], true);
  EXPECT_FALSE(has_state());
  EXPECT_TRUE(already_done(command_));
}

// Joules are measured on a place: what was found by counting holds anywhere.
TEST_F(Sessions, WhatIsMeasuredIsDoneForTheSamePlaceAlone) {
  command_.config.model_search.energy = EnergySource::automatic;
  ASSERT_EQ(finish(true), 0);
  EXPECT_TRUE(already_done(command_));
  Command other = command_;
  other.config.simulation.threads = 2;
  EXPECT_FALSE(already_done(other));
  other.config.model_search.energy = EnergySource::counted;
  EXPECT_TRUE(already_done(other));
  other = command_;
  other.config.simulation.device = Device::cuda;
  EXPECT_FALSE(already_done(other));
}

TEST_F(Sessions, AnErrorThatComesAfterTheResultIsRemembered) {
  EXPECT_THROW(
      {
        Session session(command_);
        session.finish(Json::object(), "hash", "cpu", true);
        throw NumericalError("model 1", "failed");
      },
      NumericalError);
  EXPECT_EQ(result()["complete"], true);
  EXPECT_FALSE(already_done(command_));
}

TEST_F(Sessions, OneWhoseFilesAreNotAllThereIsNotDone) {
  ASSERT_EQ(finish(true), 0);
  std::filesystem::remove(folder_.file("out/config.resolved.toml"));
  EXPECT_FALSE(already_done(command_));
}

TEST_F(Sessions, StatesAreDueAfterSoManyMinutes) {
  const auto due_after = [&](std::chrono::milliseconds wait) {
    Session session(command_);
    const Checkpoints states = session.checkpoints();
    std::this_thread::sleep_for(wait);
    return states.due();
  };
  command_.checkpoint_every_min = 1;
  EXPECT_FALSE(due_after(std::chrono::milliseconds(1100)));
  command_.checkpoint_every_min = 0.0005;
  EXPECT_TRUE(due_after(std::chrono::milliseconds(60)));
}

// The result stands, and the command ends with the error.
TEST_F(Sessions, APageThatCannotBeWrittenIsAnErrorBehindTheResult) {
  Session session(command_);
  std::filesystem::create_directories(folder_.file("out/report.html.tmp-" + std::to_string(::getpid())));
  EXPECT_THROW(session.finish(Json::object(), "hash", "cpu", true), InputError);
  EXPECT_EQ(result()["complete"], true);
}

TEST_F(Sessions, OtherWorkAndAnythingThatIsAskedForAgainIsNotDone) {
  ASSERT_EQ(finish(true), 0);
  Command other = command_;
  other.key = 8;
  EXPECT_FALSE(already_done(other));
  other = command_;
  other.again = true;
  EXPECT_FALSE(already_done(other));
}

}  // namespace
}  // namespace sprig
