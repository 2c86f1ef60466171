/**
 * @file The ops TorchbookRecurrent and TorchbookRecurrentGrad: one layer of RNN, GRU or LSTM over all time steps, and back.
 *
 * They do what depends on the step before; products over all steps at once (gradients of the input and of the weights) are
 * TensorFlow's. The batch's rows, times the directions, are shared out over TensorFlow's threads.
 */
#include "recurrent.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/platform/threadpool.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::OpInputList;
using tensorflow::OpOutputList;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using torchbook::Cell;
using torchbook::gates_of;
using torchbook::Kernels;
using torchbook::Pass;
using torchbook::saved_of;

#ifdef TORCHBOOK_X86_VARIANTS
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#endif

/** The best kernels that this processor runs, or those that TORCHBOOK_INSTRUCTIONS (base, avx2) asks for. */
const Kernels& kernels() {
#ifdef TORCHBOOK_X86_VARIANTS
  static const Kernels& chosen = []() -> const Kernels& {
    const char* asked = std::getenv("TORCHBOOK_INSTRUCTIONS");
    const std::string most = asked == nullptr ? "" : asked;
    if (most != "base" && most != "avx2" && has_avx512()) return torchbook::kAvx512Kernels;
    if (most != "base" && has_avx2()) return torchbook::kAvx2Kernels;
    return torchbook::kBaseKernels;
  }();
  return chosen;
#else
  return torchbook::kBaseKernels;
#endif
}

/** Memory that vectors can be loaded from. */
class Floats {
 public:
  explicit Floats(int64_t size) : data_(static_cast<float*>(::operator new(size * 4, std::align_val_t(64)))) {}
  ~Floats() { ::operator delete(data_, std::align_val_t(64)); }
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  float* get() const { return data_; }

 private:
  float* data_;
};

/** How the batch lies. */
struct Layout {
  int64_t batch = 0;
  int64_t steps = 0;
  int64_t rows = 0;
  int64_t stride = 1;
  std::vector<int32_t> sizes;
  std::vector<int64_t> base;
};

/** Rows step by step (packed), or, with `batch_first`, sequence by sequence, all of one length. */
absl::Status read_layout(const Tensor& given, bool batch_first, int64_t rows, Layout* layout) {
  const auto sizes = given.flat<int32_t>();
  layout->steps = sizes.size();
  if (layout->steps == 0) return absl::InvalidArgumentError("recurrent layer: no time steps");
  layout->batch = sizes(0);
  layout->stride = batch_first ? layout->steps : 1;
  int64_t at = 0;
  for (int64_t t = 0; t < layout->steps; ++t) {
    const int64_t size = sizes(t);
    if (size < 0 || size > (t == 0 ? size : sizes(t - 1)) || (batch_first && size != layout->batch)) {
      return absl::InvalidArgumentError("recurrent layer: batch sizes must not grow");
    }
    layout->sizes.push_back(static_cast<int32_t>(size));
    layout->base.push_back(batch_first ? t : at);
    at += size;
  }
  layout->rows = at;
  if (at != rows) return absl::InvalidArgumentError("recurrent layer: batch sizes do not add up to the rows");
  return absl::OkStatus();
}

class RecurrentBase : public OpKernel {
 public:
  explicit RecurrentBase(OpKernelConstruction* context) : OpKernel(context) {
    std::string cell;
    OP_REQUIRES_OK(context, context->GetAttr("cell", &cell));
    cell_ = cell == "lstm" ? torchbook::kLstm
            : cell == "gru" ? torchbook::kGru
            : cell == "relu" ? torchbook::kRelu
                             : torchbook::kTanh;
    OP_REQUIRES_OK(context, context->GetAttr("batch_first", &batch_first_));
  }

 protected:
  Cell cell_;
  bool batch_first_;

  Pass make_pass(const Layout& layout, int64_t input, int64_t hidden, bool reverse) const {
    Pass pass = {};
    pass.cell = cell_;
    pass.reverse = reverse;
    pass.steps = layout.steps;
    pass.input = input;
    pass.hidden = hidden;
    pass.sizes = layout.sizes.data();
    pass.base = layout.base.data();
    pass.stride = layout.stride;
    return pass;
  }

  /** Packs the weights of all directions, then runs their rows, on TensorFlow's threads. */
  static void run(OpKernelContext* context, const std::vector<Pass>& passes, int64_t batch,
                  int64_t (*blocks)(const Pass&), void (*pack)(const Pass&, int64_t),
                  void (*rows)(const Pass&, int64_t, int64_t, float*)) {
    const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
    const int64_t directions = passes.size();
    const auto parallel = [&](int64_t tasks, const std::function<void(int64_t, int64_t)>& task) {
      using Scheduling = tensorflow::thread::ThreadPool::SchedulingParams;
      if (tasks <= 1) return task(0, tasks);
      threads.workers->ParallelFor(tasks, Scheduling::Fixed(1), task);
    };
    const int64_t count = blocks(passes[0]);
    parallel(std::min<int64_t>(threads.num_threads, directions * count), [&](int64_t first, int64_t last) {
      const int64_t shares = std::min<int64_t>(threads.num_threads, directions * count);
      for (int64_t k = directions * count * first / shares; k < directions * count * last / shares; ++k) {
        pack(passes[k / count], k % count);
      }
    });
    // Enough tasks for all threads, but not more: each of them reads all weights at every step.
    const int64_t parts =
        std::max<int64_t>(1, std::min<int64_t>(batch, (threads.num_threads + directions - 1) / directions));
    parallel(directions * parts, [&](int64_t first, int64_t last) {
      for (int64_t k = first; k < last; ++k) {
        const Pass& pass = passes[k / parts];
        const int64_t part = k % parts;
        const int64_t begin = batch * part / parts;
        const int64_t end = batch * (part + 1) / parts;
        if (begin == end) continue;
        Floats scratch(kernels().scratch_size(pass, end - begin));
        rows(pass, begin, end, scratch.get());
      }
    });
  }
};

class RecurrentOp : public RecurrentBase {
 public:
  explicit RecurrentOp(OpKernelConstruction* context) : RecurrentBase(context) {
    OP_REQUIRES_OK(context, context->GetAttr("save", &save_));
    OP_REQUIRES_OK(context, context->GetAttr("biases", &biases_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& x = context->input(0);
    const Tensor& h0 = context->input(2);
    const Tensor& c0 = context->input(3);
    OpInputList weights;
    OP_REQUIRES_OK(context, context->input_list("weights", &weights));
    OP_REQUIRES(context, x.dims() == 2 && h0.dims() == 3,
                absl::InvalidArgumentError("recurrent layer: input must be a matrix, states have three dimensions"));
    Layout layout;
    OP_REQUIRES_OK(context, read_layout(context->input(1), batch_first_, x.dim_size(0), &layout));
    const int64_t directions = h0.dim_size(0);
    const int64_t hidden = h0.dim_size(2);
    const int64_t input = x.dim_size(1);
    const int64_t each = biases_ ? 4 : 2;
    const int64_t gates = gates_of(cell_) * hidden;
    OP_REQUIRES(context, h0.dim_size(1) == layout.batch && weights.size() == directions * each,
                absl::InvalidArgumentError("recurrent layer: states and weights do not fit the batch"));
    OP_REQUIRES(context, cell_ != torchbook::kLstm || c0.shape() == h0.shape(),
                absl::InvalidArgumentError("recurrent layer: cells must have the shape of the hidden states"));
    for (int64_t k = 0; k < weights.size(); ++k) {
      const int64_t expected = gates * (k % each == 0 ? input : k % each == 1 ? hidden : 1);
      OP_REQUIRES(context, weights[k].NumElements() == expected,
                  absl::InvalidArgumentError("recurrent layer: a weight does not fit"));
    }
    Tensor *output, *hn, *cn;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({layout.rows, directions * hidden}), &output));
    OP_REQUIRES_OK(context, context->allocate_output(1, h0.shape(), &hn));
    OP_REQUIRES_OK(context, context->allocate_output(2, c0.shape(), &cn));
    OpOutputList saved;
    OP_REQUIRES_OK(context, context->output_list("saved", &saved));
    std::vector<Pass> passes;
    std::vector<std::unique_ptr<Floats>> panels;
    const int64_t state = layout.batch * hidden;
    for (int64_t d = 0; d < directions; ++d) {
      Pass pass = make_pass(layout, input, hidden, d == 1);
      pass.w_ih = weights[d * each].flat<float>().data();
      pass.w_hh = weights[d * each + 1].flat<float>().data();
      pass.b_ih = biases_ ? weights[d * each + 2].flat<float>().data() : nullptr;
      pass.b_hh = biases_ ? weights[d * each + 3].flat<float>().data() : nullptr;
      pass.x = x.flat<float>().data();
      pass.h0 = h0.flat<float>().data() + d * state;
      pass.hn = hn->flat<float>().data() + d * state;
      if (cell_ == torchbook::kLstm) {
        pass.c0 = c0.flat<float>().data() + d * state;
        pass.cn = cn->flat<float>().data() + d * state;
      }
      pass.output = output->flat<float>().data() + d * hidden;
      pass.output_stride = directions * hidden;
      const int64_t width = save_ ? saved_of(cell_) * hidden : 0;
      Tensor* kept;
      OP_REQUIRES_OK(context, saved.allocate(d, TensorShape({width == 0 ? 0 : layout.rows, width}), &kept));
      pass.saved = width == 0 ? nullptr : kept->flat<float>().data();
      panels.push_back(std::make_unique<Floats>(kernels().forward_panel_size(pass)));
      pass.panels = panels.back()->get();
      passes.push_back(pass);
    }
    if (layout.batch == 0) return;
    run(context, passes, layout.batch, kernels().forward_blocks, kernels().pack_forward, kernels().forward);
  }

 private:
  bool save_;
  bool biases_;
};

class RecurrentGradOp : public RecurrentBase {
 public:
  explicit RecurrentGradOp(OpKernelConstruction* context) : RecurrentBase(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& h0 = context->input(1);
    const Tensor& c0 = context->input(2);
    const Tensor& output = context->input(3);
    const Tensor& d_output = context->input(4);
    const Tensor& d_hn = context->input(5);
    const Tensor& d_cn = context->input(6);
    OpInputList weights, saved;
    OP_REQUIRES_OK(context, context->input_list("w_hh", &weights));
    OP_REQUIRES_OK(context, context->input_list("saved", &saved));
    Layout layout;
    OP_REQUIRES_OK(context, read_layout(context->input(0), batch_first_, output.dim_size(0), &layout));
    const int64_t directions = h0.dim_size(0);
    const int64_t hidden = h0.dim_size(2);
    const int64_t gates = gates_of(cell_) * hidden;
    const int64_t width = saved_of(cell_) * hidden;
    OP_REQUIRES(context, d_output.shape() == output.shape() && output.dim_size(1) == directions * hidden,
                absl::InvalidArgumentError("recurrent layer: gradients do not fit the outputs"));
    OP_REQUIRES(context,
                (d_hn.NumElements() == 0 || d_hn.shape() == h0.shape()) &&
                    (d_cn.NumElements() == 0 || d_cn.shape() == h0.shape()) && h0.dim_size(1) == layout.batch,
                absl::InvalidArgumentError("recurrent layer: gradients do not fit the states"));
    for (int64_t d = 0; d < directions; ++d) {
      OP_REQUIRES(context,
                  weights[d].NumElements() == gates * hidden &&
                      (width == 0 || saved[d].NumElements() == layout.rows * width),
                  absl::InvalidArgumentError("recurrent layer: weights or saved values do not fit"));
    }
    Tensor *d_h0, *d_c0;
    OP_REQUIRES_OK(context, context->allocate_output(0, h0.shape(), &d_h0));
    OP_REQUIRES_OK(context, context->allocate_output(1, c0.shape(), &d_c0));
    OpOutputList d_input, d_hidden, h_before;
    OP_REQUIRES_OK(context, context->output_list("d_input", &d_input));
    OP_REQUIRES_OK(context, context->output_list("d_hidden", &d_hidden));
    OP_REQUIRES_OK(context, context->output_list("h_before", &h_before));
    std::vector<Pass> passes;
    std::vector<std::unique_ptr<Floats>> panels;
    const int64_t state = layout.batch * hidden;
    const bool both = cell_ == torchbook::kGru;
    for (int64_t d = 0; d < directions; ++d) {
      Pass pass = make_pass(layout, 0, hidden, d == 1);
      pass.w_hh = weights[d].flat<float>().data();
      pass.h0 = h0.flat<float>().data() + d * state;
      pass.d_h0 = d_h0->flat<float>().data() + d * state;
      if (d_hn.NumElements() > 0) pass.d_hn = d_hn.flat<float>().data() + d * state;
      if (cell_ == torchbook::kLstm) {
        pass.c0 = c0.flat<float>().data() + d * state;
        pass.d_c0 = d_c0->flat<float>().data() + d * state;
        if (d_cn.NumElements() > 0) pass.d_cn = d_cn.flat<float>().data() + d * state;
      }
      // Only read here.
      pass.output = const_cast<float*>(output.flat<float>().data()) + d * hidden;
      pass.output_stride = directions * hidden;
      pass.saved = const_cast<float*>(saved[d].flat<float>().data());
      pass.d_output = d_output.flat<float>().data() + d * hidden;
      Tensor *first, *second, *before;
      OP_REQUIRES_OK(context, d_input.allocate(d, TensorShape({layout.rows, gates}), &first));
      OP_REQUIRES_OK(context, d_hidden.allocate(d, TensorShape({both ? layout.rows : 0, gates}), &second));
      OP_REQUIRES_OK(context, h_before.allocate(d, TensorShape({layout.rows, hidden}), &before));
      pass.d_input = first->flat<float>().data();
      pass.d_hidden = both ? second->flat<float>().data() : pass.d_input;
      pass.h_before = before->flat<float>().data();
      panels.push_back(std::make_unique<Floats>(kernels().backward_panel_size(pass)));
      pass.panels = panels.back()->get();
      passes.push_back(pass);
    }
    if (layout.batch == 0) return;
    run(context, passes, layout.batch, kernels().backward_blocks, kernels().pack_backward, kernels().backward);
  }
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
    .Output("saved: directions * float")
    .Attr("cell: {'tanh', 'relu', 'gru', 'lstm'}")
    .Attr("batch_first: bool")
    .Attr("biases: bool")
    .Attr("save: bool")
    .Attr("count: int >= 2")
    .Attr("directions: int >= 1")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_OP("TorchbookRecurrentGrad")
    .Input("sizes: int32")
    .Input("h0: float")
    .Input("c0: float")
    .Input("output: float")
    .Input("d_output: float")
    .Input("d_hn: float")
    .Input("d_cn: float")
    .Input("w_hh: directions * float")
    .Input("saved: directions * float")
    .Output("d_h0: float")
    .Output("d_c0: float")
    .Output("d_input: directions * float")
    .Output("d_hidden: directions * float")
    .Output("h_before: directions * float")
    .Attr("cell: {'tanh', 'relu', 'gru', 'lstm'}")
    .Attr("batch_first: bool")
    .Attr("directions: int >= 1")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_KERNEL_BUILDER(Name("TorchbookRecurrent").Device(tensorflow::DEVICE_CPU), RecurrentOp);
REGISTER_KERNEL_BUILDER(Name("TorchbookRecurrentGrad").Device(tensorflow::DEVICE_CPU), RecurrentGradOp);

}  // namespace
