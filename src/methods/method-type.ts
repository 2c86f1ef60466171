/** @file The type of a method, from that of the function whose first parameter is the tensor. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/**
 * One or two signatures. Of a function with fewer signatures than asked for, inference repeats the last one or, in older
 * compilers, gives `unknown`.
 */
type Two<A extends unknown[], R, B extends unknown[], S> = unknown extends R
  ? (...args: B) => S
  : Same<A, B> extends true
    ? (...args: B) => S
    : { (...args: A): R; (...args: B): S };

type Three<A extends unknown[], R, B extends unknown[], S, C extends unknown[], T> = unknown extends R
  ? Two<B, S, C, T>
  : Same<A, B> extends true
    ? Two<B, S, C, T>
    : { (...args: A): R; (...args: B): S; (...args: C): T };

/** A function's type without its first parameter; up to three overloads. */
export type Method<F> = F extends {
  (input: never, ...args: infer A): infer R;
  (input: never, ...args: infer B): infer S;
  (input: never, ...args: infer C): infer T;
}
  ? Three<A, R, B, S, C, T>
  : F extends { (input: never, ...args: infer A): infer R; (input: never, ...args: infer B): infer S }
    ? Two<A, R, B, S>
    : F extends (input: never, ...args: infer A) => infer R
      ? (...args: A) => R
      : never;
