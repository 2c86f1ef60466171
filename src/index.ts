/** @file What `import torch, { nn, Tensor } from "torchbook"` gives: the namespace as default, its members by name. */
import "./methods";
import "./text-form";
import "./autograd/rules";
import { guard_namespace } from "./guard";
import * as torch from "./torch";

export * from "./display";
export { functional as F } from "./nn";
export { index } from "./ops/position/indexing";
export { preload } from "./preload";
export { print } from "./print";
export { jieba } from "./text/jieba";
export * from "./torch";
export { DataLoader, Dataset, random_split, TensorDataset } from "./utils/data";
export default torch;

// What users get answers a wrong argument in PyTorch's words. Under another name than "module.exports =", at which tools that
// read the names of exports from the text would begin anew.
Object.assign(module, { exports: guard_namespace(module.exports) });
