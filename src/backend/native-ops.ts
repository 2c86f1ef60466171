/** @file Whether our own TensorFlow ops (`backend/native/`) are used: on the CPU, unless `TORCHBOOK_NATIVE=0` turns them off. */
import { is_using_gpu } from "./engine";

let allowed: boolean | null = null;

/** Whether to use our own ops instead of TensorFlow's. */
export function native_ops(): boolean {
  allowed ??= process.env.TORCHBOOK_NATIVE !== "0" && !is_using_gpu();
  return allowed;
}
