/** @file A shortcut: batches of tensors taken in one go instead of stacked from their samples. */
import { execute, from_data, release, scalar } from "../../backend/engine";
import { int32 } from "../../dtype";
import { Tensor } from "../../tensor";
import { Dataset, Subset, TensorDataset } from "./dataset";

const plain_item = TensorDataset.prototype.__getitem__;
const plain_subset_item = Subset.prototype.__getitem__;

/**
 * The batch of the samples `indices`, or null where samples have to be asked for one by one: only tensors without
 * gradients, and no class that makes its samples in a way of its own.
 */
export function whole_batch(dataset: unknown, indices: readonly number[]): Tensor[] | null {
  if (!(dataset instanceof Dataset)) return null;
  if (dataset instanceof Subset) {
    if (dataset.__getitem__ !== plain_subset_item || "__getitems__" in dataset) return null;
    const count = dataset.indices.length;
    const inner = indices.map((index) => dataset.indices[index]);
    if (indices.some((index) => !(index >= 0 && index < count))) return null;
    return whole_batch(dataset.dataset, inner);
  }
  if (!(dataset instanceof TensorDataset)) return null;
  if (dataset.__getitem__ !== plain_item || "__getitems__" in dataset) return null;
  const tensors: Tensor[] = dataset.tensors;
  const count = tensors[0].shape[0];
  if (indices.some((index) => !Number.isInteger(index) || index < 0 || index >= count)) return null;
  if (tensors.some((tensor) => tensor.requires_grad)) return null;
  const numbers = from_data([indices.length], int32, Int32Array.from(indices));
  const axis = scalar(0, int32);
  const batch = tensors.map((tensor) => new Tensor(execute("GatherV2", [tensor.handle, numbers, axis])));
  release(numbers);
  return batch;
}
