/** @file TensorFlow's CPU device with an allocator of our own, as kernels that we call see it. */
#ifndef TORCHBOOK_LENT_DEVICE_H_
#define TORCHBOOK_LENT_DEVICE_H_

#include <string>

#include "arena.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/device_base.h"

namespace torchbook {

/** Large blocks from the arena, small ones from the device's own allocator. */
class TensorAllocator : public tensorflow::Allocator {
 public:
  explicit TensorAllocator(tensorflow::Allocator* small) : small_(small), arena_(tensor_arena()) {}
  std::string Name() override { return "torchbook"; }
  void* AllocateRaw(size_t alignment, size_t bytes) override {
    if (kUsesArena && bytes >= kLeastArenaBlock && alignment <= kArenaAlignment) {
      void* block = arena_.allocate(bytes);
      if (block != nullptr) return block;
    }
    return small_->AllocateRaw(alignment, bytes);
  }
  void DeallocateRaw(void* block) override {
    if (arena_.owns(block)) {
      arena_.deallocate(block);
    } else {
      small_->DeallocateRaw(block);
    }
  }

 private:
  static constexpr size_t kArenaAlignment = 64;
#if defined(__SANITIZE_ADDRESS__)
  /** AddressSanitizer sees what is written beside malloc's blocks only. */
  static constexpr bool kUsesArena = false;
#else
  static constexpr bool kUsesArena = true;
#endif
  tensorflow::Allocator* small_;
  Arena& arena_;
};

/** All is the device's, but for the allocator. */
class LentDevice : public tensorflow::DeviceBase {
 public:
  explicit LentDevice(tensorflow::DeviceBase* device)
      : DeviceBase(device->env()),
        device_(device),
        allocator_(device->GetAllocator(tensorflow::AllocatorAttributes())) {}

  tensorflow::Allocator* GetAllocator(tensorflow::AllocatorAttributes) override { return &allocator_; }
  const CpuWorkerThreads* tensorflow_cpu_worker_threads() const override {
    return device_->tensorflow_cpu_worker_threads();
  }
  tsl::thread::ThreadPool* tensorflow_device_thread_pool() override { return device_->tensorflow_device_thread_pool(); }
  bool has_eigen_cpu_device() const override { return device_->has_eigen_cpu_device(); }
  const Eigen::ThreadPoolDevice* eigen_cpu_device() override { return device_->eigen_cpu_device(); }
  DeviceBase* UnderlyingDevice() override { return device_->UnderlyingDevice(); }
  const DeviceBase* UnderlyingDevice() const override { return device_->UnderlyingDevice(); }
  const tensorflow::DeviceAttributes& attributes() const override { return device_->attributes(); }
  const std::string& name() const override { return device_->name(); }
  const tensorflow::DeviceNameUtils::ParsedName& parsed_name() const override { return device_->parsed_name(); }
  const std::string& device_type() const override { return device_->device_type(); }
  absl::Status MakeTensorFromProto(const tensorflow::TensorProto& proto, const tensorflow::AllocatorAttributes attrs,
                                   tensorflow::Tensor* tensor) override {
    return device_->MakeTensorFromProto(proto, attrs, tensor);
  }
  void CopyTensorInSameDevice(const tensorflow::Tensor* input, tensorflow::Tensor* output,
                              const tensorflow::DeviceContext* context, tensorflow::StatusCallback done) override {
    device_->CopyTensorInSameDevice(input, output, context, std::move(done));
  }

 private:
  tensorflow::DeviceBase* device_;
  TensorAllocator allocator_;
};

}  // namespace torchbook

#endif
