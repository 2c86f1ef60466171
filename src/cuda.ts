/** @file What can be said about GPUs (PyTorch: `torch.cuda`). */
import { none } from "./args";
import { is_using_gpu, tensorflow_version } from "./backend/engine";

/** Whether TensorFlow's runtime found a GPU and puts tensors there. */
export function is_available(...more: []): boolean {
  none("is_available", more);
  return is_using_gpu();
}

/** Number of GPUs in use: TensorFlow's runtime uses the first one it finds. */
export function device_count(...more: []): number {
  none("device_count", more);
  return is_available() ? 1 : 0;
}

/** In words: what runs where, and how to get a GPU in use. */
export function describe(...more: []): string {
  none("describe", more);
  return is_available()
    ? `TensorFlow ${tensorflow_version} runs on a GPU.`
    : `TensorFlow ${tensorflow_version} runs on the CPU. For an NVIDIA GPU run "npm run setup -- --gpu".`;
}
