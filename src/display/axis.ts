/** @file Chart axes: sensible ticks on linear and logarithmic scales. */

/** Marks of an axis, and where a value lies on it. */
export interface Axis {
  ticks: { value: number; label: string }[];
  /** The place of a value, 0 at the low end and 1 at the high end. */
  place(value: number): number;
}

/** A linear axis that covers `low` … `high` with about `count` ticks at 1, 2 or 5 times a power of ten. */
export function linear_axis(
  low: number,
  high: number,
  count: number,
  options: { whole?: boolean; loose?: boolean } = {},
): Axis {
  let [start, end] = [low, high];
  if (!(end > start)) {
    const pad = Math.abs(start) * 0.1 || 1;
    [start, end] = [start - pad, end + pad];
  }
  let step = nice_step((end - start) / Math.max(1, count));
  if (options.whole) step = Math.max(1, Math.round(step));
  if (options.loose) {
    // Room round the data rather than whole ticks: the curve fills the frame.
    const margin = (end - start) * 0.04;
    const from_zero = start >= 0 && start - margin < 0;
    [start, end] = [from_zero ? start : start - margin, end + margin];
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Axis["ticks"] = [];
  const first = Math.ceil(start / step - 1e-9);
  const last = Math.floor(end / step + 1e-9);
  for (let i = first; i <= last && ticks.length < 50; i++)
    ticks.push({ value: i * step, label: tick_label(i * step, decimals) });
  return { ticks, place: (value) => (value - start) / (end - start) };
}

/** A logarithmic axis (base 10) for positive values. */
export function log_axis(low: number, high: number, count: number): Axis {
  let [start, end] = [Math.log10(low), Math.log10(high)];
  const margin = Math.max(0.02, (end - start) * 0.04);
  [start, end] = [start - margin, end + margin];
  const decades = end - start;
  const every = Math.max(1, Math.ceil(decades / count));
  const factors = decades <= 1 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : decades <= 3 ? [1, 2, 5] : [1];
  const ticks: Axis["ticks"] = [];
  for (let power = Math.floor(start); power <= Math.ceil(end); power++) {
    if (factors.length === 1 && power % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      const place = Math.log10(value);
      if (place >= start - 1e-9 && place <= end + 1e-9)
        ticks.push({ value, label: tick_label(value, Math.max(0, -power + (factor === 1.5 ? 1 : 0))) });
    }
  }
  // Values that differ by less than the factors do: the linear ticks are all there is to say.
  const linear =
    ticks.length >= 2 ? ticks : linear_axis(low, high, count).ticks.filter((tick) => tick.value > 0);
  return { ticks: linear, place: (value) => (Math.log10(value) - start) / (end - start) };
}

/** The least of 1, 2, 5 times a power of ten that is not below `raw`. */
function nice_step(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = raw / power;
  return power * (factor <= 1.0001 ? 1 : factor <= 2.0001 ? 2 : factor <= 5.0001 ? 5 : 10);
}

function tick_label(value: number, decimals: number): string {
  const magnitude = Math.abs(value);
  if (magnitude < 1e-300) return "0";
  if (magnitude >= 1e6 || (decimals > 5 && magnitude < 1))
    return value
      .toExponential(Math.min(2, decimals))
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  if (magnitude >= 10_000 && decimals === 0) return `${Number((value / 1000).toFixed(1))}k`;
  return value.toFixed(Math.min(decimals, 12));
}
