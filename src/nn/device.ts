/** @file Devices: tensors live where TensorFlow put its runtime, so naming another one is an error. */
import { is_using_gpu } from "../backend/engine";
import { RuntimeError } from "../errors";

/** @throws RuntimeError for a device that TensorFlow's runtime does not use. */
export function check_device(device: unknown): void {
  if (device === undefined || device === null) return;
  const name = String(device);
  if (name === "cpu") return;
  if (/^cuda(:\d+)?$/.test(name)) {
    if (is_using_gpu()) return;
    throw new RuntimeError(
      `${name}: TensorFlow's runtime runs on the CPU here; "npm run setup -- --gpu" builds it for CUDA`,
    );
  }
  throw new RuntimeError(`Expected one of cpu, cuda device type at start of device string: ${name}`);
}
