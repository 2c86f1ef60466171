/** @file Attributes of ops, and how TensorFlow is told of them. */
#ifndef TORCHBOOK_ATTRIBUTES_H_
#define TORCHBOOK_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/core/framework/node_def_builder.h"

namespace torchbook {

/** An attribute of an op. */
struct Attr {
  enum Kind { kInt, kFloat, kBool, kString, kType, kShape, kInts };
  std::string name;
  Kind kind;
  double number = 0;
  std::string text;
  std::vector<int64_t> list;
};

/** For an op whose kernel is made. */
void set_attr(tensorflow::NodeDefBuilder& node, const Attr& attr);
/** For an op that the eager runtime runs. */
void set_attr(TFE_Op* op, const Attr& attr, TF_Status* status);

}  // namespace torchbook

#endif
