/** @file Datasets and loaders: `torch.utils.data`. */
export { type Collated, default_collate, default_convert } from "./collate";
export { DataLoader, type DataLoaderOptions } from "./data-loader";
export {
  ConcatDataset,
  Dataset,
  type DatasetLike,
  IterableDataset,
  type MapStyle,
  Subset,
  TensorDataset,
} from "./dataset";
export { random_split } from "./random-split";
export {
  BatchSampler,
  RandomSampler,
  type RandomSamplerOptions,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from "./sampler";
