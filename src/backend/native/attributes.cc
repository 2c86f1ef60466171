/** @file See attributes.h. */
#include "attributes.h"

#include "absl/types/span.h"
#include "tensorflow/core/framework/tensor_shape.h"

namespace torchbook {

void set_attr(tensorflow::NodeDefBuilder& node, const Attr& attr) {
  switch (attr.kind) {
    case Attr::kInt:
      node.Attr(attr.name, static_cast<int64_t>(attr.number));
      break;
    case Attr::kFloat:
      node.Attr(attr.name, static_cast<float>(attr.number));
      break;
    case Attr::kBool:
      node.Attr(attr.name, attr.number != 0);
      break;
    case Attr::kString:
      node.Attr(attr.name, attr.text);
      break;
    case Attr::kType:
      node.Attr(attr.name, static_cast<tensorflow::DataType>(attr.number));
      break;
    case Attr::kShape: {
      // What is no shape is left out: the kernel cannot be made then, and the eager runtime tells why.
      tensorflow::PartialTensorShape shape;
      if (tensorflow::PartialTensorShape::MakePartialShape(attr.list.data(), static_cast<int>(attr.list.size()), &shape)
              .ok()) {
        node.Attr(attr.name, shape);
      }
      break;
    }
    case Attr::kInts:
      node.Attr(attr.name, absl::Span<const int64_t>(attr.list));
      break;
  }
}

void set_attr(TFE_Op* op, const Attr& attr, TF_Status* status) {
  const char* name = attr.name.c_str();
  switch (attr.kind) {
    case Attr::kInt:
      TFE_OpSetAttrInt(op, name, static_cast<int64_t>(attr.number));
      break;
    case Attr::kFloat:
      TFE_OpSetAttrFloat(op, name, static_cast<float>(attr.number));
      break;
    case Attr::kBool:
      TFE_OpSetAttrBool(op, name, attr.number != 0);
      break;
    case Attr::kString:
      TFE_OpSetAttrString(op, name, attr.text.data(), attr.text.size());
      break;
    case Attr::kType:
      TFE_OpSetAttrType(op, name, static_cast<TF_DataType>(attr.number));
      break;
    case Attr::kShape:
      TFE_OpSetAttrShape(op, name, attr.list.data(), static_cast<int>(attr.list.size()), status);
      break;
    case Attr::kInts:
      TFE_OpSetAttrIntList(op, name, attr.list.data(), static_cast<int>(attr.list.size()));
      break;
  }
}

}  // namespace torchbook
