/** @file A debug client for tests, over the control channel of a real kernel. */
import assert from "node:assert/strict";
import { type Content, KernelClient, type TestMessage } from "./client";

/** A client as JupyterLab is one, with a kernel of its own. */
export class DebugClient {
  private seq = 0;
  /** Events that were looked at already. */
  private seen = 0;

  private constructor(readonly kernel: KernelClient) {}

  /** Starts a kernel and, if told, its debugger. */
  static async start({ attach = true, clientID = "test" } = {}): Promise<DebugClient> {
    const client = new DebugClient(await KernelClient.start());
    if (attach) await client.attach(clientID);
    return client;
  }

  async attach(clientID = "test"): Promise<void> {
    await this.body("initialize", { clientID, linesStartAt1: true, columnsStartAt1: true });
    await this.body("attach");
    await this.event("initialized");
  }

  /** Leaves whatever a test left, and begins anew. */
  async reset(): Promise<void> {
    await this.body("disconnect", { restart: false, terminateDebuggee: false });
    await this.attach();
  }

  /** The whole reply to a command. */
  request(command: string, args: object = {}): Promise<Content> {
    return this.kernel.request("control", "debug_request", {
      seq: ++this.seq,
      type: "request",
      command,
      arguments: args,
    });
  }

  /** The body of a reply that must be a success. */
  async body(command: string, args: object = {}): Promise<Content> {
    const reply = await this.request(command, args);
    assert.equal(reply.success, true, `${command}: ${reply.message}`);
    return reply.body;
  }

  /** Why a command is refused. */
  async refusal(command: string, args: object = {}): Promise<string> {
    const reply = await this.request(command, args);
    assert.equal(reply.success, false, command);
    return reply.message;
  }

  /** Sets breakpoints in a cell and gives them as they came to be. */
  async breakpoints(code: string, ...asked: (number | object)[]): Promise<Content[]> {
    const path = (await this.body("dumpCell", { code })).sourcePath;
    const breakpoints = asked.map((one) => (typeof one === "number" ? { line: one } : one));
    return (await this.body("setBreakpoints", { source: { path }, breakpoints, sourceModified: false }))
      .breakpoints;
  }

  /** The next event of a name that was not looked at before. */
  async event(name: string): Promise<Content> {
    const { messages } = this.kernel;
    const isNew = (message: TestMessage) =>
      message.type === "debug_event" &&
      message.content.event === name &&
      messages.indexOf(message) >= this.seen;
    const found = await this.kernel.waitFor(isNew, `the event ${name}`);
    this.seen = messages.indexOf(found) + 1;
    return found.content.body;
  }

  /** Waits for the next stop; gives its reason and the lines of the frames, innermost first. */
  async stopped(): Promise<{ reason: string; lines: number[]; frames: Content[]; body: Content }> {
    const body = await this.event("stopped");
    const { stackFrames: frames } = await this.body("stackTrace", { threadId: 1 });
    return { reason: body.reason, lines: frames.map(({ line }: Content) => line), frames, body };
  }

  /** The variables of a scope of a frame, as text by name. */
  async variables(frameId: number, scope: string): Promise<Record<string, string>> {
    const { scopes } = await this.body("scopes", { frameId });
    const found = scopes.find(({ name }: Content) => name === scope);
    assert.ok(found, `no scope ${scope} among ${scopes.map(({ name }: Content) => name)}`);
    return texts(await this.children(found.variablesReference));
  }

  async children(variablesReference: number, paging: object = {}): Promise<Content[]> {
    return (await this.body("variables", { variablesReference, ...paging })).variables;
  }

  /** The text of an expression's value, in a frame or outside. */
  async evaluate(expression: string, frameId?: number): Promise<string> {
    return (await this.body("evaluate", { expression, frameId, context: "repl" })).result;
  }

  /** Waits until a cell has run; there must be no stop before. */
  async finishes(id: string): Promise<void> {
    const { reply } = await this.kernel.finished(id);
    assert.equal(reply.status, "ok", JSON.stringify(reply));
  }

  close(): Promise<void> {
    return this.kernel.close();
  }
}

/** Variables as text by name. */
export function texts(variables: Content[]): Record<string, string> {
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}
