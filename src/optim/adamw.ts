/** @file AdamW: Adam with decoupled weight decay. */
import { Adam, type AdamOptions, adam_options } from "./adam";
import type { Params } from "./optimizer";

/**
 * Adam whose weight decay (0.01 by default) is taken off the parameters instead of entering the averages (Loshchilov and
 * Hutter, 2019).
 *
 * @param lr Learning rate, 0.001 by default.
 * @throws ValueError for options out of range.
 * @example
 * new optim.AdamW(model.parameters(), { lr: 1e-3, weight_decay: 0.05 })
 */
export class AdamW extends Adam {
  constructor(
    params: Params<AdamOptions>,
    lr?: number,
    betas?: readonly [number, number],
    eps?: number | Partial<AdamOptions>,
    weight_decay?: number | Partial<AdamOptions>,
    amsgrad?: boolean | Partial<AdamOptions>,
    options?: Partial<AdamOptions>,
  );
  constructor(params: Params<AdamOptions>, lr: number, options: Partial<AdamOptions>);
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions>);
  constructor(params: Params<AdamOptions>, ...args: unknown[]) {
    super(params, adam_options("AdamW", { weight_decay: 0.01, decoupled_weight_decay: true }, args));
  }
}
