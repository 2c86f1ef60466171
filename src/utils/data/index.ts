/** @file Datasets and loaders: `torch.utils.data`. */
export { type Collated, default_collate, default_convert } from "./collate";
export { DataLoader, type DataLoaderOptions } from "./data-loader";
export {
  ChainDataset,
  ConcatDataset,
  Dataset,
  type DatasetLike,
  IterableDataset,
  type MapStyle,
  StackDataset,
  Subset,
  TensorDataset,
} from "./dataset";
export { get_worker_info } from "./prefetch";
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
