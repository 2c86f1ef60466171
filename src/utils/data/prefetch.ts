/** @file Fetching batches ahead of the one that is asked for, in order, with errors in their place. */
import { none } from "../../args";
import { RuntimeError } from "../../errors";

/** How far ahead batches are fetched. */
export interface Prefetch {
  /** How many batches are fetched at the same time. */
  readonly workers: number;
  /** How many batches each worker has ready or under way. */
  readonly factor: number;
  /** Seconds until a batch that does not come is an error; 0 waits for ever. */
  readonly timeout: number;
}

/** What becomes of a batch, so that an error waits for its turn without ending the process. */
type Outcome<Batch> = { readonly batch: Batch } | { readonly error: unknown };

/**
 * Results of `tasks` in their order, of which up to `workers` run at once and `workers * factor` ahead. Worker w has the tasks
 * w, w + workers, ... one after the other, as PyTorch deals them out. A task that fails throws in its place; none is begun then.
 */
export async function* prefetched<Batch>(
  tasks: Iterable<() => Batch | PromiseLike<Batch>>,
  { workers, factor, timeout }: Prefetch,
): AsyncIterableIterator<Batch> {
  const source = tasks[Symbol.iterator]();
  const waiting: Promise<Outcome<Batch>>[] = [];
  const lanes = new Array<Promise<unknown>>(workers).fill(Promise.resolve());
  let count = 0;
  let ended = false;
  const begin = (): void => {
    if (ended) return;
    let next: IteratorResult<() => Batch | PromiseLike<Batch>>;
    try {
      next = source.next();
    } catch (error) {
      ended = true;
      waiting.push(Promise.resolve({ error }));
      return;
    }
    if (next.done) {
      ended = true;
      return;
    }
    const task = next.value;
    const lane = count++ % workers;
    // The event loop gets its turn between a worker's tasks.
    const outcome = lanes[lane]
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(async (): Promise<Outcome<Batch>> => {
        try {
          return { batch: await task() };
        } catch (error) {
          return { error };
        }
      });
    lanes[lane] = outcome;
    waiting.push(outcome);
  };
  try {
    for (let i = 0; i < workers * factor; i++) begin();
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
      const outcome = await within(first, timeout);
      if ("error" in outcome) throw outcome.error;
      begin();
      yield outcome.batch;
    }
  } finally {
    ended = true;
    source.return?.();
  }
}

async function within<T>(promise: Promise<T>, timeout: number): Promise<T> {
  if (timeout === 0) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new RuntimeError(`DataLoader timed out after ${timeout} seconds`);
    timer = setTimeout(() => reject(error), timeout * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a worker process would know of itself: null, as samples are made in the process of the loader. */
export function get_worker_info(...more: []): null {
  none("get_worker_info", more);
  return null;
}
