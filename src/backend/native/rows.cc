/**
 * @file The op TorchbookPlaceRows: rows put where an index says, each place at most once, and a value everywhere else. It is
 * padding, and the way back of picking rows without repetition.
 */
#include <algorithm>
#include <cstdint>

#include "row-places.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

class PlaceRowsOp : public OpKernel {
 public:
  explicit PlaceRowsOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& rows = context->input(0);
    const Tensor& index = context->input(1);
    const Tensor& height = context->input(2);
    const Tensor& padding = context->input(3);
    OP_REQUIRES(context, tensorflow::DataTypeCanUseMemcpy(rows.dtype()),
                absl::InvalidArgumentError("rows of plain numbers are expected"));
    OP_REQUIRES(context, index.dims() == 1 && height.NumElements() == 1 && padding.NumElements() == 1,
                absl::InvalidArgumentError("an index vector, a height and one value are expected"));
    OP_REQUIRES(context, rows.dims() >= 1 && rows.dim_size(0) == index.NumElements(),
                absl::InvalidArgumentError("as many rows as places are expected"));
    const int64_t count = height.flat<int32_t>()(0);
    OP_REQUIRES(context, count >= 0, absl::InvalidArgumentError("the height is negative"));
    TensorShape shape = rows.shape();
    shape.set_dim(0, count);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &output));
    torchbook::RowPlaces places;
    const char* wrong = places.read(index.flat<int32_t>().data(), index.NumElements(), count);
    OP_REQUIRES(context, wrong == nullptr, absl::InvalidArgumentError(wrong == nullptr ? "" : wrong));
    const int64_t size = tensorflow::DataTypeSize(rows.dtype());
    const int64_t width = rows.dim_size(0) > 0 ? rows.NumElements() / rows.dim_size(0) * size
                                               : (count > 0 ? output->NumElements() / count * size : 0);
    if (width == 0) return;
    const char* from = rows.tensor_data().data();
    char* to = const_cast<char*>(output->tensor_data().data());
    places.pad(padding.tensor_data().data(), size, width);
    const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
    tensorflow::Shard(threads.num_threads, threads.workers, count, std::max<int64_t>(width / 4, 1),
                      [&](int64_t begin, int64_t end) { places.fill(from, to, begin, end); });
  }
};

REGISTER_OP("TorchbookPlaceRows")
    .Input("rows: T")
    .Input("index: int32")
    .Input("height: int32")
    .Input("padding: T")
    .Output("output: T")
    .Attr("T: type")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_KERNEL_BUILDER(Name("TorchbookPlaceRows").Device(tensorflow::DEVICE_CPU), PlaceRowsOp);

}  // namespace
