/**
 * @file The ops TorchbookRecurrent and TorchbookRecurrentGrad: one layer of RNN, GRU or LSTM over all time steps, and all of its
 * gradients, on TensorFlow's threads.
 *
 * The input is (rows, input) with the rows of each step in `sizes` (packed), or has three dimensions and no `sizes`. States and
 * gradients that are missing (zeros) are empty.
 */
#include <cstdlib>
#include <string>
#include <vector>

#include "recurrent-run.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/platform/threadpool.h"

namespace {

using tensorflow::OpInputList;
using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::OpOutputList;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using torchbook::Cell;
using torchbook::Direction;
using torchbook::gates_of;
using torchbook::Layer;

const float* values_of(const Tensor& tensor) {
  return tensor.NumElements() == 0 ? nullptr : tensor.flat<float>().data();
}

/** A layer and the arrays that it names. */
struct Given {
  Layer layer = {};
  std::vector<int32_t> sizes;
  std::vector<int64_t> base;
};

class RecurrentBase : public OpKernel {
 public:
  explicit RecurrentBase(OpKernelConstruction* context) : OpKernel(context) {
    std::string cell;
    OP_REQUIRES_OK(context, context->GetAttr("cell", &cell));
    cell_ = cell == "lstm"   ? torchbook::kLstm
            : cell == "gru"  ? torchbook::kGru
            : cell == "relu" ? torchbook::kRelu
                             : torchbook::kTanh;
    OP_REQUIRES_OK(context, context->GetAttr("batch_first", &batch_first_));
    OP_REQUIRES_OK(context, context->GetAttr("biases", &biases_));
    OP_REQUIRES_OK(context, context->GetAttr("directions", &directions_));
  }

 protected:
  Cell cell_;
  bool batch_first_;
  bool biases_;
  int directions_;

  int each() const { return biases_ ? 4 : 2; }

  /** Checks the inputs and reads what both ops have: sizes, the input, weights, initial states. */
  absl::Status read(const Tensor& x, const Tensor& sizes, const Tensor& h0, const Tensor& c0, const OpInputList& weights,
                    Given* given) const {
    const auto wrong = [](const char* what) { return absl::InvalidArgumentError(std::string("recurrent layer: ") + what); };
    Layer& layer = given->layer;
    const bool packed = x.dims() == 2;
    if (!packed && x.dims() != 3) return wrong("the input must have two or three dimensions");
    layer.cell = cell_;
    layer.directions = directions_;
    if (directions_ < 1 || directions_ > 2) return wrong("there are one or two directions");
    layer.input = x.dim_size(x.dims() - 1);
    layer.steps = packed ? sizes.NumElements() : x.dim_size(batch_first_ ? 1 : 0);
    if (layer.steps == 0) return wrong("no time steps");
    layer.batch = packed ? sizes.flat<int32_t>()(0) : x.dim_size(batch_first_ ? 0 : 1);
    layer.stride = !packed && batch_first_ ? layer.steps : 1;
    given->sizes.resize(layer.steps);
    given->base.resize(layer.steps);
    int64_t rows = 0;
    int64_t last = layer.batch;
    for (int64_t t = 0; t < layer.steps; ++t) {
      const int64_t size = packed ? sizes.flat<int32_t>()(t) : layer.batch;
      if (size < 0 || size > last) return wrong("batch sizes must not grow");
      given->sizes[t] = static_cast<int32_t>(size);
      given->base[t] = layer.stride > 1 ? t : rows;
      rows += size;
      last = size;
    }
    if (packed && rows != x.dim_size(0)) return wrong("batch sizes do not add up to the rows");
    layer.rows = rows;
    layer.sizes = given->sizes.data();
    layer.base = given->base.data();
    layer.x = x.flat<float>().data();
    if (weights.size() != directions_ * each()) return wrong("weights do not fit the directions");
    if (weights[1].dims() != 2) return wrong("weights must be matrices");
    layer.hidden = weights[1].dim_size(1);
    layer.output_stride = directions_ * layer.hidden;
    const int64_t gates = gates_of(cell_) * layer.hidden;
    for (int k = 0; k < weights.size(); ++k) {
      const int kind = k % each();
      if (weights[k].NumElements() != gates * (kind == 0 ? layer.input : kind == 1 ? layer.hidden : 1)) {
        return wrong("a weight does not fit");
      }
    }
    const int64_t state = layer.batch * layer.hidden;
    for (const Tensor* tensor : {&h0, &c0}) {
      if (tensor->NumElements() != 0 && tensor->NumElements() != directions_ * state) {
        return wrong("states do not fit the batch");
      }
    }
    for (int d = 0; d < directions_; ++d) {
      Direction& direction = layer.direction[d];
      direction.reverse = d == 1;
      direction.w_ih = weights[d * each()].flat<float>().data();
      direction.w_hh = weights[d * each() + 1].flat<float>().data();
      direction.b_ih = biases_ ? weights[d * each() + 2].flat<float>().data() : nullptr;
      direction.b_hh = biases_ ? weights[d * each() + 3].flat<float>().data() : nullptr;
      if (values_of(h0) != nullptr) direction.h0 = values_of(h0) + d * state;
      if (values_of(c0) != nullptr && cell_ == torchbook::kLstm) direction.c0 = values_of(c0) + d * state;
    }
    return absl::OkStatus();
  }

  TensorShape state_shape(const Layer& layer) const { return TensorShape({directions_, layer.batch, layer.hidden}); }

  static torchbook::Threads threads_of(OpKernelContext* context) {
    const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
    auto* const workers = threads.workers;
    return {threads.num_threads, [workers](std::function<void()> work) { workers->Schedule(std::move(work)); }};
  }
};

class RecurrentOp : public RecurrentBase {
 public:
  explicit RecurrentOp(OpKernelConstruction* context) : RecurrentBase(context) {
    OP_REQUIRES_OK(context, context->GetAttr("save", &save_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    OpInputList weights;
    OP_REQUIRES_OK(context, context->input_list("weights", &weights));
    Given given;
    OP_REQUIRES_OK(context, read(x, context->input(1), context->input(2), context->input(3), weights, &given));
    Layer& layer = given.layer;
    TensorShape shape = x.shape();
    shape.set_dim(shape.dims() - 1, layer.output_stride);
    Tensor *output, *hn, *cn, *saved;
    const bool lstm = cell_ == torchbook::kLstm;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &output));
    OP_REQUIRES_OK(context, context->allocate_output(1, state_shape(layer), &hn));
    OP_REQUIRES_OK(context, context->allocate_output(2, lstm ? state_shape(layer) : TensorShape({0}), &cn));
    const int64_t kept = save_ ? layer.rows * torchbook::kernels().saved_width(layer) : 0;
    OP_REQUIRES_OK(context, context->allocate_output(3, TensorShape({directions_ * kept}), &saved));
    const int64_t state = layer.batch * layer.hidden;
    for (int d = 0; d < directions_; ++d) {
      Direction& direction = layer.direction[d];
      direction.output = output->flat<float>().data() + d * layer.hidden;
      direction.hn = hn->flat<float>().data() + d * state;
      if (lstm) direction.cn = cn->flat<float>().data() + d * state;
      if (kept > 0) direction.saved = saved->flat<float>().data() + d * kept;
    }
    torchbook::run_forward(torchbook::kernels(), layer, threads_of(context));
  }

 private:
  bool save_;
};

class RecurrentGradOp : public RecurrentBase {
 public:
  explicit RecurrentGradOp(OpKernelConstruction* context) : RecurrentBase(context) {
    OP_REQUIRES_OK(context, context->GetAttr("want_x", &want_x_));
    OP_REQUIRES_OK(context, context->GetAttr("want_states", &want_states_));
    OP_REQUIRES_OK(context, context->GetAttr("want_weights", &want_weights_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& output = context->input(4);
    const Tensor& saved = context->input(5);
    const Tensor& d_output = context->input(6);
    const Tensor& d_hn = context->input(7);
    const Tensor& d_cn = context->input(8);
    OpInputList weights;
    OP_REQUIRES_OK(context, context->input_list("weights", &weights));
    Given given;
    OP_REQUIRES_OK(context, read(x, context->input(1), context->input(2), context->input(3), weights, &given));
    Layer& layer = given.layer;
    const bool lstm = cell_ == torchbook::kLstm;
    const int64_t state = layer.batch * layer.hidden;
    const int64_t kept = layer.rows * torchbook::kernels().saved_width(layer);
    const int64_t outputs = layer.rows * layer.output_stride;
    const auto fits = [](const Tensor& tensor, int64_t size) {
      return tensor.NumElements() == 0 || tensor.NumElements() == size;
    };
    OP_REQUIRES(context,
                output.NumElements() == outputs && saved.NumElements() == directions_ * kept && fits(d_output, outputs) &&
                    fits(d_hn, directions_ * state) && fits(d_cn, directions_ * state),
                absl::InvalidArgumentError("recurrent layer: gradients or saved values do not fit"));
    Tensor *d_x, *d_h0, *d_c0;
    const TensorShape none({0});
    OP_REQUIRES_OK(context, context->allocate_output(0, want_x_ ? x.shape() : none, &d_x));
    OP_REQUIRES_OK(context, context->allocate_output(1, want_states_ ? state_shape(layer) : none, &d_h0));
    OP_REQUIRES_OK(context, context->allocate_output(2, want_states_ && lstm ? state_shape(layer) : none, &d_c0));
    OpOutputList d_weights;
    OP_REQUIRES_OK(context, context->output_list("d_weights", &d_weights));
    for (int d = 0; d < directions_; ++d) {
      Direction& direction = layer.direction[d];
      // Only read here.
      direction.output = const_cast<float*>(output.flat<float>().data()) + d * layer.hidden;
      if (kept > 0) direction.saved = const_cast<float*>(saved.flat<float>().data()) + d * kept;
      if (values_of(d_output) != nullptr) direction.d_output = values_of(d_output) + d * layer.hidden;
      if (values_of(d_hn) != nullptr) direction.d_hn = values_of(d_hn) + d * state;
      if (lstm && values_of(d_cn) != nullptr) direction.d_cn = values_of(d_cn) + d * state;
      if (want_x_) direction.d_x = d_x->flat<float>().data();
      if (want_states_) direction.d_h0 = d_h0->flat<float>().data() + d * state;
      if (want_states_ && lstm) direction.d_c0 = d_c0->flat<float>().data() + d * state;
      float* parts[4] = {};
      for (int k = 0; k < each(); ++k) {
        Tensor* gradient;
        const Tensor& weight = weights[d * each() + k];
        // The biases' gradients are the same but for GRU.
        const bool wanted = want_weights_ && (k < 3 || cell_ == torchbook::kGru);
        OP_REQUIRES_OK(context, d_weights.allocate(d * each() + k, wanted ? weight.shape() : none, &gradient));
        if (wanted) parts[k] = gradient->flat<float>().data();
      }
      direction.d_w_ih = parts[0];
      direction.d_w_hh = parts[1];
      direction.d_b_ih = parts[2];
      direction.d_b_hh = parts[3];
    }
    torchbook::run_backward(torchbook::kernels(), layer, threads_of(context));
  }

 private:
  bool want_x_, want_states_, want_weights_;
};

REGISTER_OP("TorchbookRecurrent")
    .Input("x: float")
    .Input("sizes: int32")
    .Input("h0: float")
    .Input("c0: float")
    .Input("weights: count * float")
    .Output("output: float")
    .Output("hn: float")
    .Output("cn: float")
    .Output("saved: float")
    .Attr("cell: {'tanh', 'relu', 'gru', 'lstm'}")
    .Attr("batch_first: bool")
    .Attr("biases: bool")
    .Attr("save: bool")
    .Attr("count: int >= 2")
    .Attr("directions: int >= 1")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_OP("TorchbookRecurrentGrad")
    .Input("x: float")
    .Input("sizes: int32")
    .Input("h0: float")
    .Input("c0: float")
    .Input("output: float")
    .Input("saved: float")
    .Input("d_output: float")
    .Input("d_hn: float")
    .Input("d_cn: float")
    .Input("weights: count * float")
    .Output("d_x: float")
    .Output("d_h0: float")
    .Output("d_c0: float")
    .Output("d_weights: count * float")
    .Attr("cell: {'tanh', 'relu', 'gru', 'lstm'}")
    .Attr("batch_first: bool")
    .Attr("biases: bool")
    .Attr("want_x: bool")
    .Attr("want_states: bool")
    .Attr("want_weights: bool")
    .Attr("count: int >= 2")
    .Attr("directions: int >= 1")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_KERNEL_BUILDER(Name("TorchbookRecurrent").Device(tensorflow::DEVICE_CPU), RecurrentOp);
REGISTER_KERNEL_BUILDER(Name("TorchbookRecurrentGrad").Device(tensorflow::DEVICE_CPU), RecurrentGradOp);

}  // namespace
