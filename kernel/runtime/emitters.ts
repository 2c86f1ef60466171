/**
 * @file Event emitters and event targets: their listeners belong to the cell that added them, also when sockets, files and child
 * processes call them.
 *
 * An emitter is its maker's. When an event comes from outside all cells, its listeners run in that cell; one that another
 * cell added is wrapped to run in its own. When a cell's code emits an event itself, the listeners run in that cell, as they always did.
 */
import { EventEmitter } from "node:events";
import { type CellContext, knownContext, listenIn, mayReplace } from "./context";

type Listener = (this: unknown, ...args: unknown[]) => unknown;
type Method = (this: object, ...args: unknown[]) => unknown;

const owners = new WeakMap<object, CellContext>();
/** What stands for a listener of another cell than the emitter's. */
const wrappers = new WeakSet<object>();

/** Wraps the methods of `EventEmitter` and `EventTarget`. */
export function installEmitters(): void {
  const emitter = EventEmitter as unknown as { init: Method; prototype: Record<string, Method> };
  const { init, prototype } = emitter;
  const { emit, on, once, prependListener, prependOnceListener } = prototype;
  emitter.init = function (...args) {
    init.apply(this, args);
    // One that is made while an event is on its way is taken over below by whoever uses it.
    const context = mayReplace() ? null : knownContext();
    if (context) owners.set(this, context);
  };
  prototype.emit = function emit_(...args) {
    const owner = ownerOfEvent(this);
    if (!owner) return emit.apply(this, args);
    // What an event brings along, such as a server's connection, is its listeners'.
    for (let i = 1; i < args.length; i++) {
      const one = args[i];
      if (one instanceof EventEmitter && !owners.has(one)) owners.set(one, owner);
    }
    return listenIn(owner, emit, this, args);
  };
  const adding = (original: Method): Method =>
    function (name, listener) {
      return original.call(this, name, bound(this, listener));
    };
  prototype.on = adding(on);
  prototype.addListener = prototype.on;
  prototype.prependListener = adding(prependListener);
  const addingOnce = (original: Method, add: "on" | "prependListener"): Method =>
    function (name, listener) {
      const context = foreignContext(this, listener);
      if (!context) return original.call(this, name, listener);
      const wrapper = wrap(context, listener as Listener, () => this_.removeListener(name, wrapper));
      const this_ = this as unknown as Record<string, (...args: unknown[]) => unknown>;
      return this_[add](name, wrapper);
    };
  prototype.once = addingOnce(once, "on");
  prototype.prependOnceListener = addingOnce(prependOnceListener, "prependListener");
  installTargets();
}

/** Event targets, among them message ports: theirs is the cell that first listens. */
function installTargets(): void {
  const prototype = EventTarget.prototype as unknown as Record<string | symbol, Method | undefined>;
  const dispatch = Symbol.for("nodejs.internal.kHybridDispatch");
  const { addEventListener, [dispatch]: original } = prototype;
  if (!addEventListener || !original) return;
  prototype.addEventListener = function (...args) {
    const context = knownContext();
    if (context && !owners.has(this)) owners.set(this, context);
    return addEventListener.apply(this, args);
  };
  prototype[dispatch] = function (...args) {
    const owner = mayReplace() ? owners.get(this) : undefined;
    return owner ? listenIn(owner, original, this, args) : original.apply(this, args);
  };
}

/** The cell as which an emitter's listeners must be called; nothing where it is the one that runs. */
function ownerOfEvent(emitter: object): CellContext | undefined {
  if (!mayReplace()) return undefined;
  const owner = owners.get(emitter);
  // Emitters that cells make pass events on from others; connections that are kept serve the requests of several cells.
  if (knownContext() === null || isRequest(emitter)) return owner;
  return undefined;
}

function isRequest(emitter: object): boolean {
  const name = emitter.constructor?.name;
  return name === "ClientRequest" || name === "IncomingMessage";
}

/** The running code's cell if it is another than the emitter's. One that is nobody's is taken over. */
function foreignContext(emitter: object, listener: unknown): CellContext | null {
  const context = knownContext();
  if (!context || typeof listener !== "function" || wrappers.has(listener)) return null;
  const owner = owners.get(emitter);
  if (owner === context) return null;
  if (owner || emitter === process) return context;
  owners.set(emitter, context);
  return null;
}

function bound(emitter: object, listener: unknown): unknown {
  const context = foreignContext(emitter, listener);
  return context ? wrap(context, listener as Listener) : listener;
}

/** A listener that runs in its own cell. Node finds it by the one that it stands for when that is removed. */
function wrap(context: CellContext, listener: Listener, before?: () => void): Listener {
  const wrapper = function (this: unknown, ...args: unknown[]) {
    before?.();
    return mayReplace() ? listenIn(context, listener, this, args) : listener.apply(this, args);
  };
  wrappers.add(wrapper);
  return Object.assign(wrapper, { listener });
}
