/**
 * @file Ops of the conditional random field: TorchbookCrf (log likelihoods), TorchbookCrfGrad (their gradients, or marginals)
 * and TorchbookCrfBest (Viterbi). Sequences are shared out over TensorFlow's threads.
 */
#include "crf-chain.h"

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
using torchbook::CrfChain;
using torchbook::CrfCounts;
using torchbook::CrfRoom;
using torchbook::CrfSequence;

/** Where the inputs stand that all ops have. `tags` may be empty. */
enum Input { kEmissions, kStart, kEnd, kTransitions, kLengths, kTags, kAlphas, kPartitions, kWeights };

/** A batch as all ops see it. */
template <typename T>
struct Batch {
  const T* emissions = nullptr;
  const int64_t* tags = nullptr;
  const int32_t* lengths = nullptr;
  int64_t batch = 0, time = 0, width = 0;
  /** Rows from one step to the next, and from one sequence to the next. */
  int64_t step = 0, stride = 0;
  /** Steps of all sequences before each, and of all. */
  std::vector<int64_t> before;

  absl::Status read(OpKernelContext* context, bool batch_first, bool tagged) {
    const Tensor& given = context->input(kEmissions);
    if (given.dims() != 3) return absl::InvalidArgumentError("emissions have three dimensions");
    batch = given.dim_size(batch_first ? 0 : 1);
    time = given.dim_size(batch_first ? 1 : 0);
    width = given.dim_size(2);
    step = batch_first ? 1 : batch;
    stride = batch_first ? time : 1;
    emissions = given.flat<T>().data();
    lengths = context->input(kLengths).flat<int32_t>().data();
    const bool fits = context->input(kStart).NumElements() == width && context->input(kEnd).NumElements() == width &&
                      context->input(kTransitions).NumElements() == width * width &&
                      context->input(kLengths).NumElements() == batch && width > 0;
    if (!fits) return absl::InvalidArgumentError("the chain's scores do not fit the emissions");
    before.assign(batch + 1, 0);
    for (int64_t b = 0; b < batch; ++b) {
      if (lengths[b] < 1 || lengths[b] > time) return absl::InvalidArgumentError("a length is out of range");
      before[b + 1] = before[b] + lengths[b];
    }
    if (!tagged) return absl::OkStatus();
    const Tensor& numbers = context->input(kTags);
    if (numbers.NumElements() != batch * time) return absl::InvalidArgumentError("the tags do not fit the emissions");
    tags = numbers.flat<int64_t>().data();
    for (int64_t b = 0; b < batch; ++b) {
      for (int64_t t = 0; t < lengths[b]; ++t) {
        const int64_t tag = tags[b * stride + t * step];
        if (tag < 0 || tag >= width) return absl::InvalidArgumentError("a tag is out of range");
      }
    }
    return absl::OkStatus();
  }

  int64_t steps() const { return before[batch]; }

  CrfSequence<T> sequence(int64_t b) const {
    return {emissions + b * stride * width, tags == nullptr ? nullptr : tags + b * stride, step, lengths[b]};
  }
};

template <typename T>
CrfChain chain_of(OpKernelContext* context, int64_t width) {
  return CrfChain(width, context->input(kStart).flat<T>().data(), context->input(kEnd).flat<T>().data(),
                  context->input(kTransitions).flat<T>().data());
}

/** Runs `work(begin, end)` over [0, count), each item of about `cycles`, on TensorFlow's threads. */
template <typename Work>
void share_out(OpKernelContext* context, int64_t count, int64_t cycles, const Work& work) {
  const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads.num_threads, threads.workers, count, cycles, work);
}

/** Rough cycles of a pass over a sequence. */
template <typename T>
int64_t cycles_of(const Batch<T>& batch) {
  return batch.steps() / std::max<int64_t>(batch.batch, 1) * batch.width * (batch.width + 60);
}

template <typename T>
class CrfOp : public OpKernel {
 public:
  explicit CrfOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("batch_first", &batch_first_));
  }

  void Compute(OpKernelContext* context) override {
    Batch<T> batch;
    OP_REQUIRES_OK(context, batch.read(context, batch_first_, true));
    Tensor* likelihoods = nullptr;
    Tensor* alphas = nullptr;
    Tensor* partitions = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({batch.batch}), &likelihoods));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({batch.steps(), batch.width}), &alphas));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({batch.batch}), &partitions));
    const CrfChain chain = chain_of<T>(context, batch.width);
    T* out = likelihoods->flat<T>().data();
    double* weights = alphas->flat<double>().data();
    double* sums = partitions->flat<double>().data();
    share_out(context, batch.batch, cycles_of(batch), [&](int64_t begin, int64_t end) {
      CrfRoom room(batch.width);
      for (int64_t b = begin; b < end; ++b) {
        const CrfSequence<T> sequence = batch.sequence(b);
        sums[b] = crf_forward(chain, sequence, room, weights + batch.before[b] * batch.width);
        out[b] = static_cast<T>(crf_path_score(chain, sequence) - sums[b]);
      }
    });
  }

 private:
  bool batch_first_;
};

template <typename T>
class CrfGradOp : public OpKernel {
 public:
  explicit CrfGradOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("batch_first", &batch_first_));
  }

  void Compute(OpKernelContext* context) override {
    Batch<T> batch;
    const bool tagged = context->input(kTags).NumElements() > 0;
    OP_REQUIRES_OK(context, batch.read(context, batch_first_, tagged));
    const int64_t n = batch.width;
    OP_REQUIRES(context,
                context->input(kAlphas).NumElements() == batch.steps() * n &&
                    context->input(kPartitions).NumElements() == batch.batch &&
                    context->input(kWeights).NumElements() == batch.batch,
                absl::InvalidArgumentError("what the forward pass saved does not fit the emissions"));
    const double* alphas = context->input(kAlphas).flat<double>().data();
    const double* partitions = context->input(kPartitions).flat<double>().data();
    const T* weights = context->input(kWeights).flat<T>().data();
    T* out[4];
    for (int i = 0; i < 4; ++i) {
      Tensor* output = nullptr;
      OP_REQUIRES_OK(context, context->allocate_output(i, context->input(i).shape(), &output));
      out[i] = output->flat<T>().data();
    }
    std::fill_n(out[0], batch.batch * batch.time * n, T(0));
    const CrfChain chain = chain_of<T>(context, n);
    // The sequences' division into parts is always the same, so that sums round in the same way with any number of threads.
    const int64_t parts = std::min<int64_t>(batch.batch, 16);
    std::vector<CrfCounts> counts(parts, CrfCounts(n));
    share_out(context, parts, 2 * cycles_of(batch) * batch.batch / std::max<int64_t>(parts, 1),
              [&](int64_t begin, int64_t end) {
                CrfRoom room(n);
                for (int64_t part = begin; part < end; ++part) {
                  for (int64_t b = part; b < batch.batch; b += parts) {
                    const double weight = weights[b];
                    if (weight == 0) continue;
                    const CrfSequence<T> sequence = batch.sequence(b);
                    T* to = out[0] + b * batch.stride * n;
                    crf_expected_counts(chain, sequence, alphas + batch.before[b] * n, partitions[b], -weight, weight,
                                        room, counts[part], to);
                  }
                  counts[part].finish(chain);
                }
              });
    const auto add_up = [&](int at, std::vector<double> CrfCounts::*member, int64_t size) {
      for (int64_t k = 0; k < size; ++k) {
        double sum = 0;
        for (const CrfCounts& part : counts) sum += (part.*member)[k];
        out[at][k] = static_cast<T>(sum);
      }
    };
    add_up(kStart, &CrfCounts::start, n);
    add_up(kEnd, &CrfCounts::end, n);
    add_up(kTransitions, &CrfCounts::transitions, n * n);
  }

 private:
  bool batch_first_;
};

template <typename T>
class CrfBestOp : public OpKernel {
 public:
  explicit CrfBestOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("batch_first", &batch_first_));
  }

  void Compute(OpKernelContext* context) override {
    Batch<T> batch;
    OP_REQUIRES_OK(context, batch.read(context, batch_first_, false));
    Tensor* paths = nullptr;
    Tensor* scores = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({batch.steps()}), &paths));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({batch.batch}), &scores));
    const CrfChain chain = chain_of<T>(context, batch.width);
    int32_t* tags = paths->flat<int32_t>().data();
    double* totals = scores->flat<double>().data();
    share_out(context, batch.batch, cycles_of(batch), [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) totals[b] = crf_best_path(chain, batch.sequence(b), tags + batch.before[b]);
    });
  }

 private:
  bool batch_first_;
};

REGISTER_OP("TorchbookCrf")
    .Input("emissions: T")
    .Input("start: T")
    .Input("end: T")
    .Input("transitions: T")
    .Input("lengths: int32")
    .Input("tags: int64")
    .Output("likelihoods: T")
    .Output("alphas: float64")
    .Output("partitions: float64")
    .Attr("batch_first: bool")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_OP("TorchbookCrfGrad")
    .Input("emissions: T")
    .Input("start: T")
    .Input("end: T")
    .Input("transitions: T")
    .Input("lengths: int32")
    .Input("tags: int64")
    .Input("alphas: float64")
    .Input("partitions: float64")
    .Input("weights: T")
    .Output("d_emissions: T")
    .Output("d_start: T")
    .Output("d_end: T")
    .Output("d_transitions: T")
    .Attr("batch_first: bool")
    .Attr("T: {float, double}")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* context) {
      for (int i = 0; i < 4; ++i) context->set_output(i, context->input(i));
      return absl::OkStatus();
    });

REGISTER_OP("TorchbookCrfBest")
    .Input("emissions: T")
    .Input("start: T")
    .Input("end: T")
    .Input("transitions: T")
    .Input("lengths: int32")
    .Output("paths: int32")
    .Output("scores: float64")
    .Attr("batch_first: bool")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

#define TORCHBOOK_REGISTER_CRF(T)                                                                             \
  REGISTER_KERNEL_BUILDER(Name("TorchbookCrf").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),         \
                          CrfOp<T>);                                                                          \
  REGISTER_KERNEL_BUILDER(Name("TorchbookCrfGrad").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),     \
                          CrfGradOp<T>);                                                                      \
  REGISTER_KERNEL_BUILDER(Name("TorchbookCrfBest").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),     \
                          CrfBestOp<T>)

TORCHBOOK_REGISTER_CRF(float);
TORCHBOOK_REGISTER_CRF(double);

}  // namespace
