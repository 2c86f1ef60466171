/** @file What every cell of a notebook has by name, without an import. */
import { display_preload, entities_of } from "./display";
import { index } from "./ops/position/indexing";
import { print } from "./print";
import { jieba } from "./text/jieba";
import * as torch from "./torch";
import { DataLoader, Dataset, random_split, TensorDataset } from "./utils/data";

const { nn, optim, Tensor } = torch;

/** Globals of a cell. */
export const preload = {
  torch,
  nn,
  optim,
  F: nn.functional,
  Tensor,
  Dataset,
  TensorDataset,
  DataLoader,
  random_split,
  jieba,
  print,
  index,
  entities_of,
  ...display_preload,
};
