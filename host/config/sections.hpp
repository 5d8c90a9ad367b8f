// Every section of a configuration with the tables of its fields, in the order they are written. Reading, writing, the
// reference and the schema are visitors of this; one needs section(name) beside what fields() asks for.
#pragma once

#include "sprig/config/config.hpp"

namespace sprig {

void sections(IsOptions<Config> auto& c, auto&& visit) {
  visit.section("run");
  fields(c.simulation, visit);
  fields(c.run, visit);
  visit.section("network");
  visit("file", c.network_file, kAnything,
        "load this network instead of building one: sprig's, a matrix of SciPy or NumPy, an edge list");
  fields(c.import, visit);
  fields(c.network, visit);
  visit.section("neuron");
  neuron_fields(c.network, visit);
  visit.section("drive");
  fields(c.drive, visit);
  visit.section("lyapunov");
  fields(c.lyapunov, visit);
  visit.section("prune");
  fields(c.prune, visit);
  visit.section("delocalise");
  fields(c.prune.delocalise, visit);
  visit.section("timescales");
  fields(c.prune.timescales, visit);
  visit.section("task");
  fields(c.task, visit);
  visit.section("training");
  fields(c.training, visit);
  visit.section("study");
  fields(c.study, visit);
  visit.section("operating_point");
  fields(c.operating_point, visit);
  visit.section("bench");
  fields(c.bench, visit);
  visit.section("learn");
  fields(c.learn, visit);
  visit.section("layered");
  fields(c.layered, visit);
  visit.section("model_search");
  fields(c.model_search, visit);
}

}  // namespace sprig
