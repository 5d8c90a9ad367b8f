// What the grid of steps changes is said.
#include "sprig/session/rounding_notes.hpp"

#include <gtest/gtest.h>

#include "sprig/session/network.hpp"

namespace sprig {
namespace {

std::vector<std::string> notes_of(const std::string& toml) {
  Config config;
  read_config_text(config, toml, "c.toml");
  finish_config(config);
  const BuiltNetwork built = make_network(config, 1);
  std::vector<std::string> notes;
  note_delays(config, network_of(built).step_ms, notes);
  note_neurons(config, network_of(built), notes);
  note_stimuli(config.stimuli, network_of(built).step_ms, notes);
  return notes;
}

using Notes = std::vector<std::string>;

TEST(RoundingNotes, WhatLiesOnTheGridIsNotSpokenOf) {
  EXPECT_EQ(notes_of("[network]\nneurons = 20\nstep_ms = 0.1\ndelay_ms = 0.3\n[neuron]\nt_ref_ms = 2\ntau_m_ms = 20\n"),
            Notes{});
  EXPECT_EQ(notes_of("[network]\nneurons = 20\ndelay_ms = \"uniform(1, 2)\"\n[neuron]\ntau_m_ms = 20\nt_ref_ms = 0\n"),
            Notes{})
      << "draws are rounded as documented";
}

TEST(RoundingNotes, DelaysAndRefractoryTimesAreSaidWithWhatIsTaken) {
  EXPECT_EQ(
      notes_of("[network]\nneurons = 20\nstep_ms = 0.5\ndelay_ms = 1.3\n[neuron]\nt_ref_ms = 2.1\ntau_m_ms = 20\n"),
      (Notes{"network.delay_ms = 1.3 is no whole number of steps of 0.5 ms: 1.5 is taken",
             "20 of 20 refractory times (2.1 ms, for one) are no whole number of steps of 0.5 ms: the nearest is "
             "taken"}));
  EXPECT_EQ(notes_of("[network]\nneurons = 20\nstep_ms = 0.5\n[neuron]\nt_ref_ms = 0.2\ntau_m_ms = 20\n"),
            Notes{"20 of 20 refractory times (0.2 ms, for one) are shorter than half a step of 0.5 ms: these neurons "
                  "have none"});
}

TEST(RoundingNotes, ProjectionsAndPopulationsAreNamed) {
  EXPECT_EQ(notes_of("[network]\nstep_ms = 0.5\n[neuron]\ntau_m_ms = 20\n"
                     "[[population]]\nname = \"A\"\nsize = 3\nt_ref_ms = 1.6\n"
                     "[[population]]\nname = \"B\"\nsize = 2\nt_ref_ms = 1\n"
                     "[[projection]]\nfrom = \"A\"\nto = \"B\"\nrule = \"all_to_all\"\nweight = 1\ndelay_ms = 0.8\n"),
            (Notes{"projection.0.delay_ms = 0.8 is no whole number of steps of 0.5 ms: 1 is taken",
                   "3 of 5 refractory times (1.6 ms, for one) are no whole number of steps of 0.5 ms: the nearest is "
                   "taken"}));
}

TEST(RoundingNotes, DrawsThatWereRaisedAreCounted) {
  const Notes notes =
      notes_of("[network]\nneurons = 200\n[neuron]\ntau_m_ms = \"uniform(1, 20)\"\ntau_m_min_ms = 10\n");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find(" of 200 membrane time constants (10 ms, for one) are draws that were raised to "
                          "neuron.tau_m_min_ms"),
            std::string::npos)
      << notes[0];
}

TEST(RoundingNotes, StimuliSayWhichOfTheirTimesMoved) {
  StimulusSpec spec;
  spec.kind = StimulusKind::spikes;
  spec.from_ms = 0.25;
  spec.until_ms = 100;
  spec.delay_ms = 0.02;
  spec.spike_ms = {1, 2.04, 3.3, 7.77};
  spec.spike_neuron = {0, 0, 0, 0};
  Notes notes;
  note_stimuli({spec}, 0.1, notes);
  EXPECT_EQ(notes, (Notes{"stimulus.0.from_ms = 0.25 is no whole number of steps of 0.1 ms: 0.3 is taken",
                          "stimulus.0.delay_ms = 0.02 is no whole number of steps of 0.1 ms: 0.1 is taken",
                          "stimulus.0.file: 2 of 4 spike times (2.04 ms, for one) are no whole number of steps of 0.1 "
                          "ms: the nearest is taken"}));
}

}  // namespace
}  // namespace sprig
