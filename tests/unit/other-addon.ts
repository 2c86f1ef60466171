/** @file Has the library load the addon that TORCHBOOK_TEST_ADDON names in place of its own. To be imported before it. */
import { basename } from "node:path";

const other = process.env.TORCHBOOK_TEST_ADDON;
if (other !== undefined) {
  const open = process.dlopen;
  process.dlopen = (module: object, file: string, ...flags: number[]): void =>
    Reflect.apply(open, process, [module, basename(file) === "torchbook.node" ? other : file, ...flags]);
}
