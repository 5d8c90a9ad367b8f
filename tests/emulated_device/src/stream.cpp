// Streams, events and graphs: queues of work, and when it is done.
#include <algorithm>
#include <chrono>

#include "tests/emulated_device/src/device.hpp"

using namespace sprig::emulated;

struct EmulatedStream {
  std::shared_ptr<Queue> queue;
};
struct EmulatedEvent {
  std::shared_ptr<Mark> mark;  // of the last record
};
struct EmulatedGraph {
  std::vector<Work> nodes;
};
struct EmulatedGraphExec {
  std::vector<Work> nodes;
};

namespace sprig::emulated {

namespace {

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Some of what waits on the device, in drawn order.
void run_some(Device& device) {
  Draws& draws = system().draws;
  while (device.broken == cudaSuccess && draws.below(2) == 0) {
    std::vector<std::shared_ptr<Queue>> waiting;
    for (const auto& queue : device.queues)
      if (!queue->work.empty()) waiting.push_back(queue);
    if (waiting.empty()) return;
    run_first(*waiting[draws.below(static_cast<std::uint32_t>(waiting.size()))]);
  }
}

void wait_for(const Mark& mark) {
  while (!mark.reached) {
    const std::shared_ptr<Queue> queue = mark.queue.lock();
    if (!queue || queue->work.empty()) return;
    run_first(*queue);
  }
}

}  // namespace

std::shared_ptr<Queue> queue_of(cudaStream_t stream) {
  Device& device = current_device();
  if (stream == nullptr || stream == cudaStreamLegacy) return device.legacy;
  return stream->queue->device == &device ? stream->queue : nullptr;
}

cudaError_t enqueue(Queue& queue, Work work) {
  if (queue.capturing) {
    queue.captured.push_back(std::move(work));
    return cudaSuccess;
  }
  queue.work.push_back(std::move(work));
  if (system().settings.order == Order::early) return drain(queue);
  if (system().settings.order == Order::random) run_some(*queue.device);
  return queue.device->broken;
}

void run_first(Queue& queue) {
  const Work work = std::move(queue.work.front());
  queue.work.pop_front();
  work();
}

cudaError_t drain(Queue& queue) {
  if (system().settings.order == Order::random) run_some(*queue.device);
  while (!queue.work.empty()) run_first(queue);
  return queue.device->broken;
}

cudaError_t drain(Device& device) {
  for (std::size_t k = 0; k < device.queues.size(); ++k) drain(*device.queues[k]);
  std::erase_if(device.queues, [&](const auto& queue) { return queue.use_count() == 1 && queue->work.empty(); });
  return device.broken;
}

bool refuses_in_capture() {
  bool refuses = false;
  for (const auto& device : system().devices)
    for (const auto& queue : device->queues)
      if (queue->capturing && queue->captured_by == std::this_thread::get_id()) queue->spoilt = refuses = true;
  return refuses;
}

bool waits_in_capture(Queue& queue) {
  if (!queue.capturing) return false;
  queue.spoilt = true;
  return true;
}

}  // namespace sprig::emulated

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return call([&] {
    // Streams that wait for the legacy one are not emulated.
    if (flags != cudaStreamNonBlocking) return cudaErrorInvalidValue;
    Device& device = current_device();
    *stream = new EmulatedStream{std::make_shared<Queue>(device)};
    device.queues.push_back((*stream)->queue);
    return cudaSuccess;
  });
}

// What still waits is done later: the device keeps the queue.
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const cudaError_t error = call([] { return cudaSuccess; });
  delete stream;
  return error;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (waits_in_capture(*queue)) return cudaErrorStreamCaptureUnsupported;
    return drain(*queue);
  });
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (queue->capturing || queue == current_device().legacy) return cudaErrorStreamCaptureUnsupported;
    queue->capturing = true;
    queue->spoilt = false;
    queue->captured_by = std::this_thread::get_id();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (!queue->capturing) return cudaErrorInvalidValue;
    queue->capturing = false;
    std::vector<Work> nodes = std::exchange(queue->captured, {});
    *graph = nullptr;
    if (queue->spoilt) return cudaErrorStreamCaptureInvalidated;
    *graph = new EmulatedGraph{std::move(nodes)};
    return cudaSuccess;
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    *status = queue->capturing ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusNone;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  return call([&] {
    *executable = new EmulatedGraphExec{graph->nodes};
    return cudaSuccess;
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    if (queue->capturing) return cudaErrorStreamCaptureUnsupported;  // graphs in graphs are not emulated
    for (const Work& node : executable->nodes)
      if (const cudaError_t error = enqueue(*queue, node); error != cudaSuccess) return error;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  const cudaError_t error = call([] { return cudaSuccess; });
  delete graph;
  return error;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  const cudaError_t error = call([] { return cudaSuccess; });
  delete executable;
  return error;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, 0); }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return call([&] {
    *event = new EmulatedEvent;
    return cudaSuccess;
  });
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const cudaError_t error = call([] { return cudaSuccess; });
  delete event;
  return error;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return call([&] {
    const auto queue = queue_of(stream);
    if (!queue) return cudaErrorInvalidResourceHandle;
    const auto mark = std::make_shared<Mark>();
    mark->queue = queue;
    if (!queue->capturing) event->mark = mark;
    return enqueue(*queue, [mark] {
      mark->reached = true;
      mark->ms = now_ms();
    });
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return call([&] {
    if (!event->mark) return cudaSuccess;
    const auto queue = event->mark->queue.lock();
    if (queue && waits_in_capture(*queue)) return cudaErrorStreamCaptureUnsupported;
    wait_for(*event->mark);
    return current_device().broken;
  });
}

cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t begin, cudaEvent_t end) {
  return call([&] {
    if (!begin->mark || !end->mark || !begin->mark->reached || !end->mark->reached) return cudaErrorInvalidValue;
    *ms = static_cast<float>(end->mark->ms - begin->mark->ms);
    return cudaSuccess;
  });
}
