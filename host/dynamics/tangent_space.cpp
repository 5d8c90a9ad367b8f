// The tangent dynamics on the CPU. Columns never mix between renormalisations, so a thread takes a tile of some
// columns through all the steps of a chunk: no barrier, and each tile's sums have one order whatever the number of
// threads.
#include <algorithm>
#include <cmath>

#include "host/dynamics/benettin.hpp"
#include "host/dynamics/cholesky_qr.hpp"
#include "host/dynamics/tangent_sweep.hpp"
#include "host/dynamics/tile.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig::cpu {

namespace {

// From row `first` on, `rows` of them, row-major.
void append_rows(const Eigen::MatrixXd& from, std::size_t first, std::size_t rows, std::vector<double>& to) {
  for (std::size_t r = first; r < first + rows; ++r)
    for (Eigen::Index c = 0; c < from.cols(); ++c) to.push_back(from(static_cast<Eigen::Index>(r), c));
}

Eigen::MatrixXd matrix_of(const std::vector<double>& rows, std::uint32_t columns) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(rows.data(), static_cast<Eigen::Index>(rows.size() / columns), columns);
}

class CpuTangentSpace final : public TangentSpace {
 public:
  CpuTangentSpace(const TangentNetwork& network, std::uint32_t columns, int threads)
      : network_(network),
        columns_(columns),
        width_(tile_width(columns, team_size(threads))),
        tiles_((columns + width_ - 1) / width_) {
    threads_ = std::max(1, std::min(team_size(threads), static_cast<int>(tiles_.size())));
  }

  std::uint32_t columns() const override { return columns_; }
  void set_frame(const std::vector<double>& frame) override;
  std::vector<double> frame() const override;
  TangentState state() const override;
  void set_state(const TangentState& state) override;
  void advance(const SaltationChunk& chunk) override;
  void advance(const SurrogateChunk& chunk) override;
  void renormalise(std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) override;

 private:
  template <class Row>
  void surrogate(Tile& tile, const SurrogateChunk& chunk) const;
  template <class Row>
  void arrivals(Tile& tile, const std::uint8_t* flags, std::uint64_t step) const;
  // Of step surrogate_step_ - age: the row of its first neuron in a tile's history.
  std::size_t history_row(std::uint64_t age) const {
    return (surrogate_step_ - age) % network_.max_delay * network_.neurons;
  }
  Panels panels(PageVector<double> Tile::*part);
  void householder(std::vector<double>& diagonal);
  void row_growth(const std::vector<double>& diagonal, std::vector<double>& growth, std::vector<double>& mass) const;
  Eigen::MatrixXd gather(PageVector<double> Tile::*part) const;
  void scatter(const Eigen::MatrixXd& from, PageVector<double> Tile::*part);

  const TangentNetwork& network_;
  const TangentView view_ = view_of_tangent(network_, [](const auto& array) { return array.data(); });
  std::uint32_t columns_, width_;  // of the frame, of a tile
  int threads_ = 1;
  std::vector<Tile> tiles_;
  StepArrivals step_arrivals_;
  TangentArrivals arrivals_;          // empty until the surrogate needs it
  std::uint64_t surrogate_step_ = 0;  // steps since set_frame(): the place in the history ring
};

Eigen::MatrixXd CpuTangentSpace::gather(PageVector<double> Tile::*part) const {
  const auto rows = static_cast<Eigen::Index>((tiles_.front().*part).size() / width_);
  Eigen::MatrixXd to(rows, static_cast<Eigen::Index>(columns_));
  for (Eigen::Index c = 0; c < to.cols(); ++c) {
    const double* from =
        (tiles_[static_cast<std::size_t>(c) / width_].*part).data() + static_cast<std::size_t>(c) % width_;
    for (Eigen::Index r = 0; r < rows; ++r) to(r, c) = from[static_cast<std::size_t>(r) * width_];
  }
  return to;
}

void CpuTangentSpace::scatter(const Eigen::MatrixXd& from, PageVector<double> Tile::*part) {
  for (Tile& tile : tiles_) (tile.*part).assign(static_cast<std::size_t>(from.rows()) * width_, 0);
  for (Eigen::Index c = 0; c < from.cols(); ++c) {
    double* to = (tiles_[static_cast<std::size_t>(c) / width_].*part).data() + static_cast<std::size_t>(c) % width_;
    for (Eigen::Index r = 0; r < from.rows(); ++r) to[static_cast<std::size_t>(r) * width_] = from(r, c);
  }
}

void CpuTangentSpace::set_frame(const std::vector<double>& frame) {
  if (frame.size() != std::size_t{network_.rows()} * columns_)
    refuse("tangent.frame", shown(frame.size()) + " entries", shown(network_.rows()) + " x " + shown(columns_));
  scatter(matrix_of(frame, columns_), &Tile::frame);
  for (Tile& tile : tiles_) {
    tile.payload.clear();
    tile.history.clear();
  }
  surrogate_step_ = 0;
}

std::vector<double> CpuTangentSpace::frame() const {
  const Eigen::MatrixXd columns = gather(&Tile::frame);
  std::vector<double> rows;
  rows.reserve(static_cast<std::size_t>(columns.size()));
  for (Eigen::Index r = 0; r < columns.rows(); ++r)
    for (Eigen::Index c = 0; c < columns.cols(); ++c) rows.push_back(columns(r, c));
  return rows;
}

TangentState CpuTangentSpace::state() const {
  TangentState state;
  state.frame = frame();
  const Eigen::MatrixXd payload = gather(&Tile::payload), history = gather(&Tile::history);
  append_rows(payload, 0, static_cast<std::size_t>(payload.rows()), state.payload);
  state.surrogate_step = surrogate_step_;
  for (std::uint64_t age = 1; age <= std::min<std::uint64_t>(network_.max_delay, surrogate_step_); ++age)
    append_rows(history, history_row(age), network_.neurons, state.history);
  return state;
}

void CpuTangentSpace::set_state(const TangentState& state) {
  const std::uint32_t known = check_tangent_state(network_, columns_, state);
  set_frame(state.frame);
  scatter(matrix_of(state.payload, columns_), &Tile::payload);
  surrogate_step_ = state.surrogate_step;
  if (surrogate_step_ == 0) return;
  const Eigen::Index n = network_.neurons;
  Eigen::MatrixXd history = Eigen::MatrixXd::Zero(network_.max_delay * n, columns_);
  const Eigen::MatrixXd by_age = matrix_of(state.history, columns_);
  for (std::uint64_t age = 1; age <= known; ++age)
    history.middleRows(static_cast<Eigen::Index>(history_row(age)), n) =
        by_age.middleRows(static_cast<Eigen::Index>(age - 1) * n, n);
  scatter(history, &Tile::history);
}

void CpuTangentSpace::advance(const SaltationChunk& chunk) {
  for (Tile& tile : tiles_)
    if (tile.payload.size() < std::size_t{chunk.slots} * width_)
      tile.payload.resize(std::size_t{chunk.slots} * width_, 0);
  for (std::uint32_t step = 0; step < chunk.steps; step += step_arrivals_.steps()) {
    step_arrivals_.sort(view_, chunk, step, threads_);
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::size_t t = 0; t < tiles_.size(); ++t) sweep_tile(view_, chunk, step_arrivals_, tiles_[t], width_);
  }
}

// Into the currents, or into the potential where there are none and it is free.
template <class Row>
void CpuTangentSpace::arrivals(Tile& tile, const std::uint8_t* flags, std::uint64_t step) const {
  const std::size_t n = network_.neurons;
  const bool delta = network_.current_rows == 0;
  // S(step - delay) by delay; before the frame was set there was none.
  const auto known = static_cast<std::uint32_t>(std::min<std::uint64_t>(network_.max_delay, step));
  std::vector<const Row*> spikes(std::size_t{known} + 1);
  for (std::uint32_t delay = 1; delay <= known; ++delay)
    spikes[delay] = tile_rows<Row>(tile.history) + (step - delay) % network_.max_delay * n;
  Row* const to = tile_rows<Row>(tile.frame) + (delta ? 0 : n);
  for (std::size_t cell = 0; cell + 1 < arrivals_.offsets.size(); ++cell) {
    if (delta && (flags[cell] & kFrozen) != 0) continue;
    Row sum{};
    for (std::uint64_t k = arrivals_.offsets[cell]; k < arrivals_.offsets[cell + 1]; ++k) {
      const IncomingTangent& synapse = arrivals_.incoming[k];
      if (synapse.delay <= known) tangent_add(&sum, synapse.weight, spikes[synapse.delay] + synapse.source);
    }
    tangent_add(to + cell, 1, &sum);
  }
}

template <class Row>
void CpuTangentSpace::surrogate(Tile& tile, const SurrogateChunk& chunk) const {
  const std::size_t n = network_.neurons;
  Row* const frame = tile_rows<Row>(tile.frame);
  for (std::size_t step = 0; step < chunk.steps; ++step) {
    const std::uint64_t now = surrogate_step_ + step;
    const std::uint8_t* flags = chunk.flags.data() + step * n;
    for (std::size_t i = 0; i < n; ++i) tangent_flow(view_, frame, i, flags[i]);
    arrivals<Row>(tile, flags, now);
    Row* const history = tile_rows<Row>(tile.history) + now % network_.max_delay * n;
    for (std::size_t i = 0; i < n; ++i)
      tangent_threshold(frame + i, history + i, chunk.spike_gain[step * n + i], chunk.reset_gain[step * n + i]);
  }
}

void CpuTangentSpace::advance(const SurrogateChunk& chunk) {
  if (arrivals_.offsets.empty()) arrivals_ = tangent_arrivals(network_);
#pragma omp parallel for schedule(static) num_threads(threads_)
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    tiles_[t].history.resize(std::size_t{network_.max_delay} * network_.neurons * width_, 0);
    if (width_ == 8)
      surrogate<TileRow<32, 2>>(tiles_[t], chunk);
    else if (width_ == 16)
      surrogate<TileRow<32, 4>>(tiles_[t], chunk);
    else
      surrogate<TileRow<64, 4>>(tiles_[t], chunk);
  }
  surrogate_step_ += chunk.steps;
}

Panels CpuTangentSpace::panels(PageVector<double> Tile::*part) {
  Panels panels;
  panels.rows = (tiles_.front().*part).size() / width_;
  panels.stride = width_;
  if (panels.rows == 0) return panels;
  for (std::uint32_t first = 0; first < columns_; first += kPanel)
    panels.at.push_back((tiles_[first / width_].*part).data() + first % width_);
  return panels;
}

// By reflections, for frames that are too far from orthogonal.
void CpuTangentSpace::householder(std::vector<double>& diagonal) {
  Eigen::MatrixXd q = gather(&Tile::frame);
  const Eigen::MatrixXd payload = gather(&Tile::payload), history = gather(&Tile::history);
  Eigen::MatrixXd carried(payload.rows() + history.rows(), q.cols());
  carried << payload, history;
  Eigen::VectorXd r;
  orthonormalise(q, r, &carried);
  for (std::size_t c = 0; c < columns_; ++c) diagonal[c] *= r[static_cast<Eigen::Index>(c)];
  scatter(q, &Tile::frame);
  scatter(carried.topRows(payload.rows()), &Tile::payload);
  scatter(carried.bottomRows(history.rows()), &Tile::history);
}

void CpuTangentSpace::row_growth(const std::vector<double>& diagonal, std::vector<double>& growth,
                                 std::vector<double>& mass) const {
  const std::size_t rows = network_.rows();
  growth.assign(rows, 0);
  mass.assign(rows, 0);
  for (std::size_t c = 0; c < columns_; ++c) {
    const double log_r = std::log(diagonal[c]);
    const double* column = tiles_[c / width_].frame.data() + c % width_;
    for (std::size_t r = 0; r < rows; ++r) add_row_growth(column[r * width_], log_r, growth[r], mass[r]);
  }
}

void CpuTangentSpace::renormalise(std::vector<double>& diagonal, std::vector<double>& growth,
                                  std::vector<double>& mass) {
  diagonal.assign(columns_, 1);
  const Panels frame = panels(&Tile::frame);
  const std::vector<Panels> carried = {panels(&Tile::payload), panels(&Tile::history)};
  if (!cholesky_pass(frame, carried, diagonal, false, threads_) ||
      !cholesky_pass(frame, carried, diagonal, true, threads_))
    householder(diagonal);
  row_growth(diagonal, growth, mass);
}

}  // namespace

std::unique_ptr<TangentSpace> make_tangent_space(const TangentNetwork& network, std::uint32_t columns, int threads) {
  return std::make_unique<CpuTangentSpace>(network, columns, threads);
}

}  // namespace sprig::cpu
