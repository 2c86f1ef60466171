/** @file Operations that copy or draw elements: functions of `torch` and methods of tensors alike. */
export { clone } from "../ops/value/fill";
export { bernoulli, multinomial } from "../ops/value/random";
