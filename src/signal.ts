/** @file The namespace `torch.signal`. */
export * as windows from "./ops/value/windows";
