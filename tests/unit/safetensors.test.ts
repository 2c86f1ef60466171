/** @file safetensors files: what is written comes back, and broken files are refused with a reason. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse_safetensors, serialize_safetensors, type TensorRecord } from "../../src/io/safetensors";

function file(header: unknown, data = 0): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, Buffer.alloc(data)]);
}

describe("safetensors", () => {
  it("gives back every dtype, shape and value, and the metadata", () => {
    const tensors: [string, TensorRecord][] = [
      [
        "lstm.weight_ih_l0",
        { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, -0.5, Number.NaN, 4) },
      ],
      ["flag", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ["标签", { dtype: "int64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
      ["empty", { dtype: "float64", shape: [0, 3], data: new Float64Array(0) }],
      ["__proto__", { dtype: "int32", shape: [1], data: Int32Array.of(-7) }],
    ];
    const bytes = serialize_safetensors(tensors, { format: "pt", note: "x" });
    assert.equal(new DataView(bytes.buffer).getBigUint64(0, true) % 8n, 0n);
    const back = parse_safetensors(Buffer.from(bytes));
    assert.deepEqual(back.metadata, { format: "pt", note: "x" });
    assert.deepEqual([...back.tensors], tensors);
  });

  it("reads a file that another writer made, halves as the values they stand for", () => {
    const header = {
      h: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
      b: { dtype: "BF16", shape: [1], data_offsets: [4, 6] },
    };
    const bytes = file(header, 6);
    bytes.writeUInt16LE(0x3e00, bytes.length - 6);
    bytes.writeUInt16LE(0xfc00, bytes.length - 4);
    bytes.writeUInt16LE(0xc040, bytes.length - 2);
    const { tensors } = parse_safetensors(bytes);
    assert.deepEqual(tensors.get("h")?.data, Float32Array.of(1.5, Number.NEGATIVE_INFINITY));
    assert.deepEqual(tensors.get("b")?.data, Float32Array.of(-3));
  });

  it("refuses hostile or damaged files with a reason", () => {
    const t = (data_offsets: unknown, shape: unknown = [1], dtype: unknown = "F32") => ({
      dtype,
      shape,
      data_offsets,
    });
    const cases: [Buffer, RegExp][] = [
      [Buffer.alloc(3), /too short/],
      [Buffer.alloc(8, 0xff), /header claims/],
      [file("{}").subarray(0, 9), /only 1 follow/],
      [file("{oops"), /not valid JSON/],
      [Buffer.concat([file("").fill(2, 0, 1), Buffer.from([0xc3, 0x28])]), /not valid JSON/],
      [file("[]"), /not a JSON object/],
      [file({ a: 3 }), /"a" is not described/],
      [file({ a: t([0, 4], [1], "F8") }, 4), /unsupported dtype "F8"/],
      [file({ a: t([0, 4], [1], "constructor") }, 4), /unsupported dtype/],
      [file({ a: t([0, 4], [-1]) }, 4), /invalid shape \[-1\]/],
      [file({ a: t([0, 4], [1.5]) }, 4), /invalid shape/],
      [file({ a: t([4, 0]) }, 4), /outside/],
      [file({ a: t([0, 8], [2]) }, 4), /outside/],
      [file({ a: t([0, "4"]) }, 4), /invalid data_offsets/],
      [file({ a: t([0, 4], [2]) }, 4), /does not fit/],
      [file({ a: t([0, 4], [2 ** 40, 2 ** 40]) }, 4), /does not fit/],
      [file({ a: t([0, 4]), b: t([2, 6]) }, 6), /overlaps/],
      [file({ a: t([0, 4]), b: t([8, 12]) }, 12), /belong to no tensor/],
      [file({ a: t([0, 4]) }, 9), /belong to no tensor/],
      [file({ __metadata__: { a: 1 } }), /not a string/],
    ];
    for (const [bytes, reason] of cases) assert.throws(() => parse_safetensors(bytes), reason);
  });

  it("refuses to write what it could not read", () => {
    const data = Float32Array.of(1, 2);
    assert.throws(
      () => serialize_safetensors([["a", { dtype: "complex64", shape: [2], data }]]),
      /complex64/,
    );
    assert.throws(
      () => serialize_safetensors([["a", { dtype: "float32", shape: [3], data }]]),
      /does not fit/,
    );
    assert.throws(
      () => serialize_safetensors([["a", { dtype: "float64", shape: [2], data }]]),
      /does not fit/,
    );
  });
});
