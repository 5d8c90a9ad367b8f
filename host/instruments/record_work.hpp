// The work of each kind of record on a piece.
#pragma once

#include <memory>

#include "host/instruments/record_sink.hpp"
#include "host/instruments/recorder.hpp"

namespace sprig {

struct RecordContext {
  const Network& network;
  std::uint32_t replicas;
  const std::vector<std::uint32_t>& probe;  // neurons of pieces' probes, ascending
};

// hash: to which windows of counts are added as they are written; null: none.
std::unique_ptr<RecordWork> make_record_work(const RecordContext& context, const RecordLayout& layout, RecordSink& sink,
                                             Hash* hash);

}  // namespace sprig
