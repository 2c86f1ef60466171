/** @file What every cell of a notebook has by name, without an import. */
import { display_preload } from "./display";
import { index } from "./ops/indexing";
import { print } from "./print";
import { jieba } from "./text/jieba";
import * as torch from "./torch";

const { nn, Tensor } = torch;

/** Globals of a cell. */
export const preload = {
  torch,
  nn,
  F: nn.functional,
  Tensor,
  jieba,
  print,
  index,
  ...display_preload,
};
