/** @file What `import torch, { nn, Tensor } from "torchbook"` gives: the namespace as default, its members by name. */
import "./methods";
import "./text-form";
import "./autograd/rules";
import * as torch from "./torch";

export * from "./display";
export { preload } from "./preload";
export { print } from "./print";
export { jieba } from "./text/jieba";
export * from "./torch";
export default torch;
