/** @file `.pt` files: tensors and plain data come back, code and damage are refused. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unpickle } from "../../src/io/pickle";
import { parse_pt, StoredTensor, stored_dtype } from "../../src/io/pt";
import { serialize_pt } from "../../src/io/pt-writer";

// Zip archives of the form that torch.save writes, made with Python's pickle and zipfile.
const STATE =
  "UEsDBBQAAAAAAHRld1198D+iewIAAHsCAAAKAAAAbS9kYXRhLnBrbIACY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEAKVJxAShYAQAA" +
  "AHdxAmN0b3JjaC5fdXRpbHMKX3JlYnVpbGRfcGFyYW1ldGVyCnEDY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQQoKFgH" +
  "AAAAc3RvcmFnZXEFY3RvcmNoCkZsb2F0U3RvcmFnZQpxBlgBAAAAMHEHWAMAAABjcHVxCEsGdHEJUUsASwJLA4ZxCksDSwGGcQuJaAAp" +
  "UnEMdHENUnEOiGgAKVJxD4dxEFJxEVgDAAAAd190cRJoBCgoaAVoBmgHaAhLBnRxE1FLAEsDSwKGcRRLAUsDhnEViWgAKVJxFnRxF1Jx" +
  "GFgDAAAAcm93cRloBCgoaAVoBmgHaAhLBnRxGlFLA0sDhXEbSwGFcRyJaAApUnEddHEeUnEfWAgAAABleHBhbmRlZHEgaAQoKGgFaAZo" +
  "B2gISwZ0cSFRSwFLAksChnEiSwBLAYZxI4loAClScSR0cSVScSZYBAAAAHN0ZXBxJ2gEKChoBWN0b3JjaApMb25nU3RvcmFnZQpxKFgB" +
  "AAAAMXEpaAhLAXRxKlFLACkpiWgAKVJxK3RxLFJxLVgDAAAAb3B0cS59cS8oWAIAAABscnEwRz9QYk3S8an8WAUAAABiZXRhc3ExRz/s" +
  "zMzMzMzNRz/v987ZFocrhnEyWAEAAABucTNK+////1gDAAAAYmlncTSKCQAAAAAAAAAAQFgEAAAAbm9uZXE1TlgEAAAAZmxhZ3E2iFgE" +
  "AAAAbmFtZXE3WAkAAADkvJjljJblmahxOFgEAAAAbGlzdHE5XXE6KEsBSwJNLAFldXUuUEsDBBQAAAAAAHRld12FPeMZBgAAAAYAAAAL" +
  "AAAAbS9ieXRlb3JkZXJsaXR0bGVQSwMEFAAAAAAAdGV3XReQ55EYAAAAGAAAAAgAAABtL2RhdGEvMAAAAAAAAIA/AAAAQAAAQEAAAIBA" +
  "AACgQFBLAwQUAAAAAAB0ZXddm9Yr5wgAAAAIAAAACAAAAG0vZGF0YS8x+f////////9QSwECFAMUAAAAAAB0ZXddffA/onsCAAB7AgAA" +
  "CgAAAAAAAAAAAAAAgAEAAAAAbS9kYXRhLnBrbFBLAQIUAxQAAAAAAHRld12FPeMZBgAAAAYAAAALAAAAAAAAAAAAAACAAaMCAABtL2J5" +
  "dGVvcmRlclBLAQIUAxQAAAAAAHRld10XkOeRGAAAABgAAAAIAAAAAAAAAAAAAACAAdICAABtL2RhdGEvMFBLAQIUAxQAAAAAAHRld12b" +
  "1ivnCAAAAAgAAAAIAAAAAAAAAAAAAACAARADAABtL2RhdGEvMVBLBQYAAAAABAAEAN0AAAA+AwAAAAA=";
const PROTOCOL_4 =
  "UEsDBBQAAAAAAHRld12Jd/HVowAAAKMAAAAKAAAAbS9kYXRhLnBrbIAElZgAAAAAAAAAXZQojAx0b3JjaC5fdXRpbHOUjBJfcmVidWls" +
  "ZF90ZW5zb3JfdjKUk5QoKIwHc3RvcmFnZZSMBXRvcmNolIwLTG9uZ1N0b3JhZ2WUk5SMATGUjANjcHWUSwF0lFFLACkpiYwLY29sbGVj" +
  "dGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlHSUUpR9lIwBYZRHP/gAAAAAAABzZS5QSwMEFAAAAAAAdGV3XYU94xkGAAAABgAAAAsAAABt" +
  "L2J5dGVvcmRlcmxpdHRsZVBLAwQUAAAAAAB0ZXddF5DnkRgAAAAYAAAACAAAAG0vZGF0YS8wAAAAAAAAgD8AAABAAABAQAAAgEAAAKBA" +
  "UEsDBBQAAAAAAHRld12b1ivnCAAAAAgAAAAIAAAAbS9kYXRhLzH5/////////1BLAQIUAxQAAAAAAHRld12Jd/HVowAAAKMAAAAKAAAA" +
  "AAAAAAAAAACAAQAAAABtL2RhdGEucGtsUEsBAhQDFAAAAAAAdGV3XYU94xkGAAAABgAAAAsAAAAAAAAAAAAAAIABywAAAG0vYnl0ZW9y" +
  "ZGVyUEsBAhQDFAAAAAAAdGV3XReQ55EYAAAAGAAAAAgAAAAAAAAAAAAAAIAB+gAAAG0vZGF0YS8wUEsBAhQDFAAAAAAAdGV3XZvWK+cI" +
  "AAAACAAAAAgAAAAAAAAAAAAAAIABOAEAAG0vZGF0YS8xUEsFBgAAAAAEAAQA3QAAAGYBAAAAAA==";
const TYPES =
  "UEsDBBQAAAAAAAAAIVh2E8d2zwAAAM8AAAAKAAAAbS9kYXRhLnBrbIACY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEAKVJxAShYAQAAAGRxAm" +
  "N0b3JjaApmbG9hdDMyCnEDWAEAAAB2cQRjdG9yY2gKZGV2aWNlCnEFWAQAAABjdWRhcQZLAIZxB1JxCFgBAAAAY3EJaAVYAwAAAGNwdXEKhXEL" +
  "UnEMWAEAAABzcQ1jdG9yY2gKU2l6ZQpxDksCSwOGcQ+FcRBScRFYAQAAAGxxEl1xEyhjdG9yY2gKYm9vbApxFGN0b3JjaAppbnQ2NApxFWV1Ll" +
  "BLAQIUAxQAAAAAAAAAIVh2E8d2zwAAAM8AAAAKAAAAAAAAAAAAAACAAQAAAABtL2RhdGEucGtsUEsFBgAAAAABAAEAOAAAAPcAAAAAAA==";
const RUNS_CODE =
  "UEsDBBQAAAAAAHRld10o//U+JAAAACQAAAAKAAAAbS9kYXRhLnBrbIACY3Bvc2l4CnN5c3RlbQpxAFgEAAAAdHJ1ZXEBhXECUnEDLlBL" +
  "AwQUAAAAAAB0ZXddhT3jGQYAAAAGAAAACwAAAG0vYnl0ZW9yZGVybGl0dGxlUEsDBBQAAAAAAHRld10XkOeRGAAAABgAAAAIAAAAbS9k" +
  "YXRhLzAAAAAAAACAPwAAAEAAAEBAAACAQAAAoEBQSwMEFAAAAAAAdGV3XZvWK+cIAAAACAAAAAgAAABtL2RhdGEvMfn/////////UEsB" +
  "AhQDFAAAAAAAdGV3XSj/9T4kAAAAJAAAAAoAAAAAAAAAAAAAAIABAAAAAG0vZGF0YS5wa2xQSwECFAMUAAAAAAB0ZXddhT3jGQYAAAAG" +
  "AAAACwAAAAAAAAAAAAAAgAFMAAAAbS9ieXRlb3JkZXJQSwECFAMUAAAAAAB0ZXddF5DnkRgAAAAYAAAACAAAAAAAAAAAAAAAgAF7AAAA" +
  "bS9kYXRhLzBQSwECFAMUAAAAAAB0ZXddm9Yr5wgAAAAIAAAACAAAAAAAAAAAAAAAgAG5AAAAbS9kYXRhLzFQSwUGAAAAAAQABADdAAAA" +
  "5wAAAAAA";
const OUTSIDE =
  "UEsDBBQAAAAAAHRld13r6BKhlgAAAJYAAAAKAAAAbS9kYXRhLnBrbIACY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQAo" +
  "KFgHAAAAc3RvcmFnZXEBY3RvcmNoCkZsb2F0U3RvcmFnZQpxAlgBAAAAMHEDWAMAAABjcHVxBEsGdHEFUUsCSwWFcQZLAYVxB4ljY29s" +
  "bGVjdGlvbnMKT3JkZXJlZERpY3QKcQgpUnEJdHEKUnELLlBLAwQUAAAAAAB0ZXddhT3jGQYAAAAGAAAACwAAAG0vYnl0ZW9yZGVybGl0" +
  "dGxlUEsDBBQAAAAAAHRld10XkOeRGAAAABgAAAAIAAAAbS9kYXRhLzAAAAAAAACAPwAAAEAAAEBAAACAQAAAoEBQSwMEFAAAAAAAdGV3" +
  "XZvWK+cIAAAACAAAAAgAAABtL2RhdGEvMfn/////////UEsBAhQDFAAAAAAAdGV3XevoEqGWAAAAlgAAAAoAAAAAAAAAAAAAAIABAAAA" +
  "AG0vZGF0YS5wa2xQSwECFAMUAAAAAAB0ZXddhT3jGQYAAAAGAAAACwAAAAAAAAAAAAAAgAG+AAAAbS9ieXRlb3JkZXJQSwECFAMUAAAA" +
  "AAB0ZXddF5DnkRgAAAAYAAAACAAAAAAAAAAAAAAAgAHtAAAAbS9kYXRhLzBQSwECFAMUAAAAAAB0ZXddm9Yr5wgAAAAIAAAACAAAAAAA" +
  "AAAAAAAAgAErAQAAbS9kYXRhLzFQSwUGAAAAAAQABADdAAAAWQEAAAAA";

const load = (base64: string): unknown => parse_pt(Buffer.from(base64, "base64"));

describe(".pt files", () => {
  it("reads element types, devices and sizes among the values", () => {
    const values = parse_pt(Buffer.from(TYPES, "base64")) as Map<string, unknown>;
    assert.equal(stored_dtype(values.get("d")), "float32");
    assert.deepEqual((values.get("l") as unknown[]).map(stored_dtype), ["bool", "int64"]);
    assert.deepEqual([values.get("v"), values.get("c"), values.get("s")], ["cuda:0", "cpu", [2, 3]]);
    assert.equal(stored_dtype(values.get("c")), undefined);
  });

  it("give back tensors of any stride, and the plain values beside them", () => {
    const state = load(STATE) as Map<string, unknown>;
    assert.deepEqual([...state.keys()], ["w", "w_t", "row", "expanded", "step", "opt"]);
    const tensor = (name: string): StoredTensor => {
      const value = state.get(name);
      assert.ok(value instanceof StoredTensor);
      return value;
    };
    assert.deepEqual(tensor("w").shape, [2, 3]);
    assert.equal(tensor("w").requires_grad, true);
    assert.deepEqual(tensor("w").data, Float32Array.of(0, 1, 2, 3, 4, 5));
    assert.deepEqual(tensor("w_t").shape, [3, 2]);
    assert.deepEqual(tensor("w_t").data, Float32Array.of(0, 3, 1, 4, 2, 5));
    assert.deepEqual(tensor("row").data, Float32Array.of(3, 4, 5));
    assert.deepEqual(tensor("expanded").data, Float32Array.of(1, 2, 1, 2));
    assert.equal(tensor("step").dtype, "int64");
    assert.deepEqual(tensor("step").shape, []);
    assert.deepEqual(tensor("step").data, BigInt64Array.of(-7n));
    assert.deepEqual(
      state.get("opt"),
      new Map<string, unknown>([
        ["lr", 0.001],
        ["betas", [0.9, 0.999]],
        ["n", -5],
        ["big", 2n ** 70n],
        ["none", null],
        ["flag", true],
        ["name", "优化器"],
        ["list", [1, 2, 300]],
      ]),
    );
    const [step, plain] = load(PROTOCOL_4) as [StoredTensor, Map<string, number>];
    assert.deepEqual(step.data, BigInt64Array.of(-7n));
    assert.deepEqual(plain, new Map([["a", 1.5]]));
  });

  it("come back as they were written", () => {
    const weight = { dtype: "float32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, -0.5) };
    const values = [
      0,
      -1,
      255,
      65536,
      -(2 ** 31),
      2 ** 31,
      2 ** 53 - 1,
      0.1,
      -0,
      2n ** 80n,
      -(2n ** 63n),
      "词",
      null,
    ];
    const state = new Map<string, unknown>([
      ["weight", weight],
      ["steps", { dtype: "int64", shape: [], data: BigInt64Array.of(3n) }],
      ["mask", { dtype: "bool", shape: [0], data: new Uint8Array(0) }],
      ["values", values],
      ["nested", { lr: 0.001, on: true }],
    ]);
    const bytes = serialize_pt(state);
    assert.deepEqual(bytes, serialize_pt(state));
    const back = parse_pt(bytes) as Map<string, unknown>;
    assert.deepEqual([...back.keys()], [...state.keys()]);
    assert.deepEqual(back.get("weight"), new StoredTensor("float32", [2, 3], weight.data, false));
    assert.deepEqual(back.get("steps"), new StoredTensor("int64", [], BigInt64Array.of(3n), false));
    assert.deepEqual(back.get("mask"), new StoredTensor("bool", [0], new Uint8Array(0), false));
    assert.deepEqual(back.get("values"), values);
    assert.deepEqual(
      back.get("nested"),
      new Map<string, unknown>([
        ["lr", 0.001],
        ["on", true],
      ]),
    );
    assert.throws(() => serialize_pt({ f: () => 1 }), /Function cannot be saved/);
    assert.throws(() => serialize_pt(new Date()), /Date cannot be saved/);
    const loop: unknown[] = [];
    loop.push(loop);
    assert.throws(() => serialize_pt(loop), /nested deeper/);
  });

  it("run no code and read nothing outside a storage", () => {
    assert.throws(() => load(RUNS_CODE), /posix\.system, which is not allowed/);
    assert.throws(() => load(OUTSIDE), /lies outside its storage/);
    assert.throws(() => parse_pt(Buffer.from("not a zip at all")), /no zip archive/);
  });

  it("refuse every damaged or cut-off archive with an Error of their own", () => {
    const good = Buffer.from(STATE, "base64");
    for (let size = 0; size < good.length; size += 37) {
      assert.throws(() => parse_pt(good.subarray(0, size)), /^Error: (zip|pickle|\.pt file):/);
    }
    const flipped = Buffer.from(good);
    flipped[60] ^= 1;
    assert.throws(() => parse_pt(flipped), /checksum/);
  });

  it("refuse every damaged pickle with an Error of their own", () => {
    const hooks = { find_global: () => undefined, persistent_load: () => null };
    let seed = 1;
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from({ length: 12 }, () => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        return seed >>> 24;
      });
      bytes[0] = [0x28, 0x5d, 0x7d, 0x58][round & 3];
      try {
        unpickle(bytes, hooks);
      } catch (error) {
        assert.match(String(error), /^Error: pickle:/);
      }
    }
  });
});
