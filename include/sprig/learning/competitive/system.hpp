// Competitive learning as a learning system: neurons are named by labelled images, a model a thread or a block.
#pragma once

#include <memory>

#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

class CompetitiveModel final : public LearningModel {
 public:
  // options: with its seed. Errors: those of initial_state().
  CompetitiveModel(const CompetitiveOptions& options, std::uint32_t inputs);

  std::unique_ptr<LearningModel> copy() const override { return std::make_unique<CompetitiveModel>(*this); }
  // Weights [input][neuron], or codes [input][word] with weight_bits and weight_unit; theta, spikes, slow.
  std::vector<LearntArray> arrays() override;
  std::string remark() const override;

  CompetitiveOptions options;
  CompetitiveState state;

 private:
  std::uint32_t inputs_;
  std::vector<std::uint32_t> weight_bits_;
  std::vector<float> weight_unit_;
};

// options: without seed.
std::shared_ptr<const LearningSystem> competitive_system(const CompetitiveOptions& options);

}  // namespace sprig
