/**
 * @file Runs TensorFlow ops by name.
 *
 * On the CPU the op's kernel is made once per set of attributes and input types and then called where it is: TensorFlow's eager
 * runtime takes 2 µs per call around the kernel's own half. What is not plain (other devices, functions, state, missing
 * kernels) goes through the eager runtime, which also finds the words for errors.
 */
#include "dispatch.h"

#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "tensorflow/c/eager/c_api_experimental.h"
#include "tensorflow/c/tf_tensor_helper.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/lib/core/threadpool.h"

namespace torchbook {

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorValue;

/** What kernels of the context run on, as one of them sees it. */
struct Surroundings {
  tensorflow::DeviceBase* device = nullptr;
  tensorflow::ResourceMgr* resources = nullptr;
  tensorflow::FunctionLibraryRuntime* functions = nullptr;
  int graph_version = 0;
};

thread_local Surroundings seen;

class LookAroundOp : public OpKernel {
 public:
  explicit LookAroundOp(OpKernelConstruction* context)
      : OpKernel(context), graph_version_(context->graph_def_version()) {}
  void Compute(OpKernelContext* context) override {
    seen = {context->device(), context->resource_manager(), context->function_library(), graph_version_};
  }

 private:
  const int graph_version_;
};

REGISTER_OP("TorchbookLookAround").SetIsStateful();
REGISTER_KERNEL_BUILDER(Name("TorchbookLookAround").Device(tensorflow::DEVICE_CPU), LookAroundOp);

absl::Status status_of(TF_Status* status) {
  if (TF_GetCode(status) == TF_OK) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(TF_GetCode(status)), TF_Message(status));
}

/** How many inputs an argument of the op takes: the attribute's number for a list, all that is left without one. */
size_t inputs_of(const tensorflow::OpDef::ArgDef& arg, const PreparedOp& op, size_t left) {
  if (arg.number_attr().empty() && arg.type_list_attr().empty()) return 1;
  for (const Attr& attr : op.attrs) {
    if (!arg.number_attr().empty() && attr.name == arg.number_attr()) return static_cast<size_t>(attr.number);
  }
  return left;
}

/** Whether a kernel of the op may be called outside of the eager runtime. */
bool is_plain(const tensorflow::OpDef& op) {
  // Our own ops keep no state between calls, whatever they say to keep TensorFlow from leaving a call out.
  if (op.is_stateful() && op.name().rfind("Torchbook", 0) != 0) return false;
  for (const auto& attr : op.attr()) {
    if (attr.type() == "func" || attr.type() == "list(func)") return false;
  }
  return true;
}

bool is_plain(tensorflow::DataType type) {
  return tensorflow::DataTypeCanUseMemcpy(type) && !tensorflow::IsRefType(type);
}

}  // namespace

absl::Status Dispatcher::open(TFE_Context* context, bool eager) {
  // Tensors that there are know the device's allocator.
  if (context_ != nullptr) return absl::FailedPreconditionError("TensorFlow is open already");
  status_ = TF_NewStatus();
  if (context == nullptr) {
    TFE_ContextOptions* options = TFE_NewContextOptions();
    context = TFE_NewContext(options, status_);
    TFE_DeleteContextOptions(options);
    if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  }
  context_ = context;
  TF_DeviceList* devices = TFE_ContextListDevices(context_, status_);
  if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  // As the binding chooses: the last GPU, else the CPU.
  for (int i = 0; i < TF_DeviceListCount(devices); ++i) {
    const std::string type = TF_DeviceListType(devices, i, status_);
    if (type != "GPU" && (type != "CPU" || gpu_)) continue;
    gpu_ = type == "GPU";
    device_name_ = TF_DeviceListName(devices, i, status_);
  }
  TF_DeleteDeviceList(devices);
  eager_ = eager || gpu_;

  op_ = TFE_NewOp(context_, "TorchbookLookAround", status_);
  if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  int outputs = 0;
  TFE_Execute(op_, nullptr, &outputs, status_);
  if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  device_ = seen.device;
  resources_ = seen.resources;
  functions_ = seen.functions;
  graph_version_ = seen.graph_version;
  // Without a CPU kernel's surroundings there are no direct calls.
  eager_ = eager_ || device_ == nullptr;
  if (!eager_) lent_ = std::make_unique<LentDevice>(device_);
  allocator_ = lent_ == nullptr ? tensorflow::cpu_allocator() : lent_->GetAllocator(tensorflow::AllocatorAttributes());
  runner_ = [this](std::function<void()> work) {
    device_->tensorflow_cpu_worker_threads()->workers->Schedule(std::move(work));
  };
  return absl::OkStatus();
}

int32_t Dispatcher::prepare(std::string name, std::vector<Attr> attrs) {
  ops_.push_back(std::make_unique<PreparedOp>(PreparedOp{std::move(name), std::move(attrs), {}}));
  return static_cast<int32_t>(ops_.size() - 1);
}

absl::Status Dispatcher::run(int32_t index, absl::Span<Value* const> inputs, absl::Span<Value* const> outputs,
                             Values& values) {
  if (context_ == nullptr) return absl::FailedPreconditionError("TensorFlow is not open yet");
  if (index < 0 || static_cast<size_t>(index) >= ops_.size()) return absl::InternalError("no such prepared op");
  PreparedOp& op = *ops_[index];
  if (eager_) return run_eagerly(op, inputs, outputs, values);
  try {
    Variant* found = variant(op, inputs);
    if (found->kernel != nullptr) return run_kernel(*found, inputs, outputs, values);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("no memory");
  } catch (const std::exception& error) {
    // Nothing that the standard library throws may pass through Node's frames.
    return absl::InternalError(error.what());
  }
  return run_eagerly(op, inputs, outputs, values);
}

Variant* Dispatcher::variant(PreparedOp& op, absl::Span<Value* const> inputs) {
  for (Variant& known : op.variants) {
    if (known.types.size() != inputs.size()) continue;
    size_t same = 0;
    while (same < inputs.size() && known.types[same] == inputs[same]->tensor.dtype()) ++same;
    if (same == inputs.size()) return &known;
  }
  Variant fresh;
  for (const Value* input : inputs) fresh.types.push_back(input->tensor.dtype());
  // Whatever is wrong, the eager runtime says it better.
  if (!make_kernel(op, fresh).ok()) fresh.kernel = nullptr;
  op.variants.push_back(std::move(fresh));
  return &op.variants.back();
}

absl::Status Dispatcher::make_kernel(const PreparedOp& op, Variant& variant) {
  const tensorflow::OpDef* definition = nullptr;
  absl::Status status = tensorflow::OpRegistry::Global()->LookUpOpDef(op.name, &definition);
  if (!status.ok()) return status;
  if (!is_plain(*definition)) return absl::UnimplementedError("not a plain op");
  tensorflow::NodeDefBuilder builder(op.name, definition);
  const size_t count = variant.types.size();
  size_t next = 0;
  for (const auto& arg : definition->input_arg()) {
    const bool list = !arg.number_attr().empty() || !arg.type_list_attr().empty();
    const size_t taken = inputs_of(arg, op, count - next);
    if (next + taken > count) return absl::InvalidArgumentError("too few inputs");
    std::vector<tensorflow::NodeDefBuilder::NodeOut> sources;
    for (size_t i = 0; i < taken; ++i, ++next) sources.emplace_back("input", static_cast<int>(next), variant.types[next]);
    if (list) {
      builder.Input(sources);
    } else {
      builder.Input(sources[0]);
    }
  }
  if (next != count) return absl::InvalidArgumentError("too many inputs");
  for (const Attr& attr : op.attrs) set_attr(builder, attr);
  tensorflow::NodeDef node;
  status = builder.Finalize(&node);
  if (!status.ok()) return status;
  std::unique_ptr<OpKernel> kernel = tensorflow::CreateOpKernel(tensorflow::DeviceType(tensorflow::DEVICE_CPU), device_,
                                                                allocator_, node, graph_version_, &status);
  if (!status.ok()) return status;
  if (kernel->AsAsync() != nullptr) return absl::UnimplementedError("an asynchronous op");
  for (const tensorflow::DataType type : kernel->input_types()) {
    if (!is_plain(type)) return absl::UnimplementedError("not a plain type");
  }
  for (const tensorflow::DataType type : kernel->output_types()) {
    if (!is_plain(type)) return absl::UnimplementedError("not a plain type");
  }
  variant.input_attrs.resize(kernel->num_inputs());
  variant.output_attrs.resize(kernel->num_outputs());
  variant.kernel = std::move(kernel);
  return absl::OkStatus();
}

absl::Status Dispatcher::run_kernel(Variant& variant, absl::Span<Value* const> inputs, absl::Span<Value* const> outputs,
                                    Values& values) {
  const int count = variant.kernel->num_outputs();
  if (static_cast<size_t>(count) != outputs.size()) {
    return absl::InvalidArgumentError(
        "the op has " + std::to_string(count) + " outputs, not " + std::to_string(outputs.size()));
  }
  // A second owner of every buffer: kernels write into inputs that have only one.
  absl::InlinedVector<Tensor, 8> held;
  absl::InlinedVector<TensorValue, 8> arguments;
  held.reserve(inputs.size());
  for (const Value* input : inputs) {
    held.push_back(input->tensor);
    arguments.emplace_back(&held.back());
  }
  OpKernelContext::Params params;
  params.device = lent_.get();
  params.op_kernel = variant.kernel.get();
  params.resource_manager = resources_;
  params.function_library = functions_;
  params.runner = &runner_;
  params.inputs = arguments;
  params.input_alloc_attrs = variant.input_attrs;
  params.output_attr_array = variant.output_attrs.data();
  OpKernelContext context(&params, count);
  variant.kernel->Compute(&context);
  if (!context.status().ok()) return context.status();
  for (int i = 0; i < count; ++i) {
    std::unique_ptr<Tensor> result(context.release_output(i).tensor);
    if (result == nullptr) return absl::InternalError("the op left an output out");
    int64_t bytes = static_cast<int64_t>(result->TotalBytes());
    // A reshape holds no memory of its own.
    for (const Tensor& input : held) {
      if (bytes > 0 && input.SharesBufferWith(*result)) bytes = 0;
    }
    outputs[i]->tensor = std::move(*result);
    values.fill(outputs[i], bytes);
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::run_eagerly(const PreparedOp& op, absl::Span<Value* const> inputs,
                                     absl::Span<Value* const> outputs, Values& values) {
  TFE_OpReset(op_, op.name.c_str(), device_name_.c_str(), status_);
  if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  for (const Attr& attr : op.attrs) {
    set_attr(op_, attr, status_);
    if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  }
  std::vector<TFE_TensorHandle*> lent;
  for (const Value* input : inputs) {
    TFE_TensorHandle* handle = input->handle;
    if (handle == nullptr) {
      handle = TFE_NewTensorHandle(input->tensor, status_);
      if (TF_GetCode(status_) != TF_OK) break;
      lent.push_back(handle);
    }
    TFE_OpAddInput(op_, handle, status_);
    if (TF_GetCode(status_) != TF_OK) break;
  }
  std::vector<TFE_TensorHandle*> results(outputs.size() + 1, nullptr);
  int count = static_cast<int>(outputs.size());
  if (TF_GetCode(status_) == TF_OK) TFE_Execute(op_, results.data(), &count, status_);
  for (TFE_TensorHandle* handle : lent) TFE_DeleteTensorHandle(handle);
  if (TF_GetCode(status_) != TF_OK) return status_of(status_);
  absl::Status status;
  if (static_cast<size_t>(count) != outputs.size()) status = absl::InvalidArgumentError("the op has fewer outputs");
  for (int i = 0; i < count; ++i) {
    TFE_TensorHandle* handle = results[i];
    if (gpu_) {
      const int64_t elements = TFE_TensorHandleNumElements(handle, status_);
      const int64_t bytes = elements * static_cast<int64_t>(TF_DataTypeSize(TFE_TensorHandleDataType(handle)));
      outputs[i]->handle = handle;
      values.fill(outputs[i], bytes);
      continue;
    }
    TF_Tensor* resolved = status.ok() ? TFE_TensorHandleResolve(handle, status_) : nullptr;
    if (resolved != nullptr) {
      status = tensorflow::TF_TensorToTensor(resolved, &outputs[i]->tensor);
      TF_DeleteTensor(resolved);
      values.fill(outputs[i], static_cast<int64_t>(outputs[i]->tensor.TotalBytes()));
    } else if (status.ok()) {
      status = status_of(status_);
    }
    TFE_DeleteTensorHandle(handle);
  }
  return status;
}

absl::Status Dispatcher::create(int32_t code, const tensorflow::TensorShape& shape, const void* data, size_t bytes,
                                Value* value, Values& values) {
  if (context_ == nullptr) return absl::FailedPreconditionError("TensorFlow is not open yet");
  const auto type = static_cast<tensorflow::DataType>(code);
  if (!tensorflow::DataType_IsValid(code) || !is_plain(type) || tensorflow::DataTypeSize(type) == 0) {
    return absl::InvalidArgumentError("no element type");
  }
  // Before the memory is asked for.
  if (static_cast<double>(shape.num_elements()) * tensorflow::DataTypeSize(type) != static_cast<double>(bytes)) {
    return absl::InvalidArgumentError("the data does not fill the shape");
  }
  Tensor tensor(allocator_, type, shape);
  if (!tensor.IsInitialized()) return absl::ResourceExhaustedError("no memory for a tensor of " + shape.DebugString());
  if (bytes > 0) std::memcpy(const_cast<char*>(tensor.tensor_data().data()), data, bytes);
  if (gpu_) {
    TFE_TensorHandle* handle = TFE_NewTensorHandle(tensor, status_);
    if (TF_GetCode(status_) != TF_OK) return status_of(status_);
    // GPU kernels take their floating arguments there and small whole numbers, such as shapes, from the host.
    if (type != tensorflow::DT_INT32) {
      TFE_TensorHandle* copy = TFE_TensorHandleCopyToDevice(handle, context_, device_name_.c_str(), status_);
      TFE_DeleteTensorHandle(handle);
      if (TF_GetCode(status_) != TF_OK) return status_of(status_);
      handle = copy;
    }
    value->handle = handle;
  } else {
    value->tensor = std::move(tensor);
  }
  values.fill(value, static_cast<int64_t>(bytes));
  return absl::OkStatus();
}

absl::Status Dispatcher::read(const Value* value, void* data, size_t bytes) {
  Tensor tensor = value->tensor;
  if (value->handle != nullptr) {
    TF_Tensor* resolved = TFE_TensorHandleResolve(value->handle, status_);
    if (resolved == nullptr) return status_of(status_);
    const absl::Status status = tensorflow::TF_TensorToTensor(resolved, &tensor);
    TF_DeleteTensor(resolved);
    if (!status.ok()) return status;
  }
  if (tensor.TotalBytes() != bytes) return absl::InvalidArgumentError("the array does not have the tensor's size");
  if (bytes > 0) std::memcpy(data, tensor.tensor_data().data(), bytes);
  return absl::OkStatus();
}

absl::Status Dispatcher::describe(const Value* value, int32_t* type, std::vector<int32_t>* shape) {
  if (value->handle == nullptr) {
    *type = value->tensor.dtype();
    for (int i = 0; i < value->tensor.dims(); ++i) shape->push_back(static_cast<int32_t>(value->tensor.dim_size(i)));
    return absl::OkStatus();
  }
  *type = TFE_TensorHandleDataType(value->handle);
  const int rank = TFE_TensorHandleNumDims(value->handle, status_);
  for (int i = 0; i < rank; ++i) shape->push_back(static_cast<int32_t>(TFE_TensorHandleDim(value->handle, i, status_)));
  return status_of(status_);
}

}  // namespace torchbook
