/** @file A line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6). */
import type { Tensor } from "../tensor";

/** The loss and its gradient at a place. */
export interface Point {
  readonly loss: number;
  readonly gradient: Tensor;
}

/** Where the search ended. */
export interface Found extends Point {
  readonly length: number;
  readonly evaluations: number;
}

interface Place extends Point {
  readonly at: number;
  readonly slope: number;
}

/** The minimum of the cubic through two places and their slopes, held within bounds; their middle where it has none. */
function cubic_minimum(a: Place, b: Place, low: number, high: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.at - b.at);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const minimum =
    a.at <= b.at
      ? b.at - (b.at - a.at) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.at - (a.at - b.at) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(minimum, low), high);
}

/**
 * A step length along `direction` that lowers the loss enough and flattens the slope.
 *
 * @param evaluate The loss and gradient that a length leads to.
 * @param first The length to begin with.
 */
export function strong_wolfe(
  evaluate: (length: number) => Point,
  direction: Tensor,
  first: number,
  loss: number,
  gradient: Tensor,
  slope: number,
  { c1 = 1e-4, c2 = 0.9, tolerance_change = 1e-9, max_searches = 25 } = {},
): Found {
  const reach = direction.abs().max().item();
  const look = (at: number): Place => {
    evaluations++;
    const point = evaluate(at);
    return { ...point, at, slope: point.gradient.dot(direction).item() };
  };
  const origin: Place = { at: 0, loss, gradient, slope };
  const enough = (place: Place): boolean => place.loss <= loss + c1 * place.at * slope;
  const flat = (place: Place): boolean => Math.abs(place.slope) <= -c2 * slope;
  let evaluations = 0;
  let previous = origin;
  let now = look(first);
  let searches = 0;
  let bracket: [Place, Place] | null = null;
  let done: Place | null = null;
  while (searches < max_searches) {
    if (!enough(now) || (searches > 1 && now.loss >= previous.loss)) {
      bracket = [previous, now];
      break;
    }
    if (flat(now)) {
      done = now;
      break;
    }
    if (now.slope >= 0) {
      bracket = [previous, now];
      break;
    }
    const low = now.at + 0.01 * (now.at - previous.at);
    const next = cubic_minimum(previous, now, low, now.at * 10);
    previous = now;
    now = look(next);
    searches++;
  }
  if (done !== null) return { ...done, length: done.at, evaluations };
  let [a, b] = bracket ?? [origin, now];
  let stuck = false;
  // The end with the lower loss is the better one.
  let [low, high] = a.loss <= b.loss ? [a, b] : [b, a];
  while (searches < max_searches) {
    if (Math.abs(b.at - a.at) * reach < tolerance_change) break;
    const [least, most] = [Math.min(a.at, b.at), Math.max(a.at, b.at)];
    let at = cubic_minimum(a, b, least, most);
    const margin = 0.1 * (most - least);
    if (Math.min(most - at, at - least) < margin) {
      // Too close to an end for the second time: a tenth inside.
      if (stuck || at >= most || at <= least) {
        at = Math.abs(at - most) < Math.abs(at - least) ? most - margin : least + margin;
        stuck = false;
      } else stuck = true;
    } else stuck = false;
    const place = look(at);
    searches++;
    if (!enough(place) || place.loss >= low.loss) {
      high = place;
      [low, high] = low.loss <= high.loss ? [low, high] : [high, low];
    } else {
      if (flat(place)) return { ...place, length: place.at, evaluations };
      if (place.slope * (high.at - low.at) >= 0) high = low;
      low = place;
    }
    [a, b] = [low, high];
  }
  return { ...low, length: low.at, evaluations };
}
