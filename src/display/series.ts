/** @file The data of a chart: reading what the caller gives, thinning out and smoothing long series. */
import { type Metric, metric_number } from "./progress-text";

/** Values at 1, 2, 3, ..., pairs `[x, y]`, or what gives such a list, as a tensor does. */
export type SeriesInput = ArrayLike<Metric> | ArrayLike<readonly [number, number]> | { tolist(): unknown };

/** A line of a chart. NaN and infinite values are gaps in it. */
export interface Series {
  name: string;
  x: number[];
  y: number[];
}

/** Whether a series gives its values as a list. */
export function is_list(value: unknown): value is { tolist(): unknown } {
  return typeof (value as { tolist?: unknown } | null)?.tolist === "function";
}

/** Reads `{ loss: [...], val_loss: [...] }`. */
export function read_series(input: Readonly<Record<string, SeriesInput>>): Series[] {
  return Object.entries(input).map(([name, given]) => {
    const values = is_list(given) ? (given.tolist() as ArrayLike<Metric>) : given;
    const series: Series = { name, x: [], y: [] };
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Metric | readonly [number, number];
      series.x.push(Array.isArray(value) ? Number(value[0]) : i + 1);
      series.y.push(
        Array.isArray(value) ? metric_number(value[1] as Metric) : metric_number(value as Metric),
      );
    }
    return series;
  });
}

/** At most about `limit` points that look like all of them: the lowest and the highest of each stretch. */
export function thin_out(series: Series, limit: number): Series {
  const length = series.x.length;
  if (length <= limit) return series;
  const buckets = Math.floor(limit / 2);
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * length) / buckets);
    const end = Math.floor(((bucket + 1) * length) / buckets);
    let [low, high] = [start, start];
    for (let i = start; i < end; i++) {
      if (!((series.y[i] as number) >= (series.y[low] as number))) low = i;
      if (!((series.y[i] as number) <= (series.y[high] as number))) high = i;
    }
    kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return {
    name: series.name,
    x: kept.map((i) => series.x[i] as number),
    y: kept.map((i) => series.y[i] as number),
  };
}

/**
 * An exponential moving average, corrected for its start as Adam's moments are; gaps are skipped.
 *
 * @param weight share of the past in each value, 0 … 1
 */
export function smooth(series: Series, weight: number): Series {
  let average = 0;
  let mass = 0;
  const y = series.y.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
  return { name: series.name, x: series.x, y };
}
