/** @file Runs ops on native tensors. */
#ifndef TORCHBOOK_DISPATCH_H_
#define TORCHBOOK_DISPATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "attributes.h"
#include "lent-device.h"
#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "values.h"

namespace torchbook {

/** A kernel for inputs of certain types; none where TensorFlow's eager runtime is to find its way itself. */
struct Variant {
  std::vector<tensorflow::DataType> types;
  std::unique_ptr<tensorflow::OpKernel> kernel;
  std::vector<tensorflow::AllocatorAttributes> input_attrs;
  std::vector<tensorflow::AllocatorAttributes> output_attrs;
};

/** An op with its attributes. */
struct PreparedOp {
  std::string name;
  std::vector<Attr> attrs;
  std::vector<Variant> variants;
};

/** Runs ops. Each environment has its own. */
class Dispatcher {
 public:
  /** Without a context, makes one. With `eager`, every op goes through TensorFlow's eager runtime. */
  absl::Status open(TFE_Context* context, bool eager);

  int32_t prepare(std::string name, std::vector<Attr> attrs);
  void forget() { ops_.clear(); }
  size_t prepared() const { return ops_.size(); }

  /** Runs an op; `outputs` are empty places in `values` that it fills. */
  absl::Status run(int32_t op, absl::Span<Value* const> inputs, absl::Span<Value* const> outputs, Values& values);

  /** Puts a new tensor with a copy of `bytes` bytes into `value`. */
  absl::Status create(int32_t type, const tensorflow::TensorShape& shape, const void* data, size_t bytes, Value* value,
                      Values& values);
  /** Copies a tensor's elements, all of its `bytes` bytes. */
  absl::Status read(const Value* value, void* data, size_t bytes);
  /** Type and shape; the shape is appended to `shape`. */
  absl::Status describe(const Value* value, int32_t* type, std::vector<int32_t>* shape);

  bool on_gpu() const { return gpu_; }

 private:
  Variant* variant(PreparedOp& op, absl::Span<Value* const> inputs);
  absl::Status make_kernel(const PreparedOp& op, Variant& variant);
  absl::Status run_kernel(Variant& variant, absl::Span<Value* const> inputs, absl::Span<Value* const> outputs,
                          Values& values);
  absl::Status run_eagerly(const PreparedOp& op, absl::Span<Value* const> inputs, absl::Span<Value* const> outputs,
                           Values& values);

  TFE_Context* context_ = nullptr;
  TF_Status* status_ = nullptr;
  TFE_Op* op_ = nullptr;
  std::string device_name_;
  bool gpu_ = false;
  bool eager_ = false;
  tensorflow::DeviceBase* device_ = nullptr;
  /** The device as kernels see it; none where all goes through the eager runtime. */
  std::unique_ptr<LentDevice> lent_;
  tensorflow::Allocator* allocator_ = nullptr;
  tensorflow::ResourceMgr* resources_ = nullptr;
  tensorflow::FunctionLibraryRuntime* functions_ = nullptr;
  int graph_version_ = 0;
  std::function<void(std::function<void()>)> runner_;
  std::vector<std::unique_ptr<PreparedOp>> ops_;
};

}  // namespace torchbook

#endif
