/** @file The errors that the library throws, named as PyTorch's. */

/** A call that cannot be carried out: shapes, dtypes, autograd state. */
export class RuntimeError extends Error {
  override name = "RuntimeError";
}

/** An index or dimension out of range. */
export class IndexError extends Error {
  override name = "IndexError";
}

/** An argument with a value that makes no sense. */
export class ValueError extends Error {
  override name = "ValueError";
}

/** A name that is not there. */
export class KeyError extends Error {
  override name = "KeyError";
}

/** Something PyTorch offers and this library does not: the message names what to use instead. */
export class NotImplementedError extends RuntimeError {
  override name = "NotImplementedError";
}

/** A field or module that an object does not have. */
export class AttributeError extends Error {
  override name = "AttributeError";
}

/** A condition that the arguments must meet does not hold. */
export class AssertionError extends Error {
  override name = "AssertionError";
}
