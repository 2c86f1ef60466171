/** @file `torch.nn.functional`: layers and losses as plain functions. */
export { alpha_dropout, dropout, dropout1d, dropout2d } from "../ops/dropout";
export { embedding, one_hot } from "../ops/embedding";
export { linear } from "../ops/linear";
export { bilinear } from "./linear";
