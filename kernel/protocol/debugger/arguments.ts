/** @file Reads the arguments of a debug request, which may be anything. */
import { DebugError } from "./messages";

/** Arguments by name; what is not of the type that is asked for is refused. */
export class Arguments {
  private readonly values: Record<string, unknown>;

  constructor(values: unknown, where = "arguments") {
    if (values !== undefined && (typeof values !== "object" || values === null || Array.isArray(values)))
      throw new DebugError(`${where} must be an object`);
    this.values = (values ?? {}) as Record<string, unknown>;
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== "string") throw new DebugError(`${name} must be a string`);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.values[name] === undefined || this.values[name] === null ? undefined : this.text(name);
  }

  integer(name: string): number {
    const value = this.values[name];
    if (!Number.isSafeInteger(value)) throw new DebugError(`${name} must be an integer`);
    return value as number;
  }

  optionalInteger(name: string): number | undefined {
    return this.values[name] === undefined || this.values[name] === null ? undefined : this.integer(name);
  }

  /** The objects of a list; none where there is no list. */
  list(name: string): Arguments[] {
    const value = this.values[name] ?? [];
    if (!Array.isArray(value)) throw new DebugError(`${name} must be a list`);
    return value.map((item) => new Arguments(item, `an item of ${name}`));
  }

  texts(name: string): string[] {
    const value = this.values[name] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
      throw new DebugError(`${name} must be a list of strings`);
    return value as string[];
  }

  object(name: string): Arguments {
    return new Arguments(this.values[name] ?? {}, name);
  }

  isFalse(name: string): boolean {
    return this.values[name] === false;
  }
}
