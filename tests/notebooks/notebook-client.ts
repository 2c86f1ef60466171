/** @file A client as JupyterLab is one: runs cells over a session of a server and keeps the outputs as a notebook would. */
import type { Kernel, KernelMessage } from "@jupyterlab/services";
import { type ExecutedCell, type Output, readOutput } from "./executed-notebook";

/** What a run of one cell gave beside its outputs. */
export interface Run {
  cell: ExecutedCell;
  reply: KernelMessage.IExecuteReplyMsg["content"];
  /** The types of the messages, in the order in which they came; `reply` where the reply came. */
  order: string[];
}

/** Runs cells, and updates displays also of cells that have run before. */
export class NotebookClient {
  readonly cells: ExecutedCell[] = [];
  private readonly displays = new Map<string, { outputs: Output[]; index: number }[]>();

  constructor(private readonly kernel: Kernel.IKernelConnection) {}

  /**
   * Runs a cell and waits until it is done.
   * @param onMessage sees each message on IOPub as it comes
   */
  async run(
    source: string,
    onMessage: (message: KernelMessage.IIOPubMessage) => void = () => {},
    index = this.cells.length,
  ): Promise<Run> {
    const cell: ExecutedCell = { index, source, execution_count: null, outputs: [] };
    this.cells.push(cell);
    const order: string[] = [];
    let clear = false;
    const future = this.kernel.requestExecute({ code: source, stop_on_error: true });
    future.onReply = () => {
      order.push("reply");
    };
    future.onIOPub = (message) => {
      const type = message.header.msg_type;
      order.push(type);
      const content = message.content as Record<string, unknown>;
      if (type === "clear_output" && content.wait) clear = true;
      else if (type === "clear_output") cell.outputs.length = 0;
      else if (type === "update_display_data") this.update(content);
      else if (["stream", "display_data", "execute_result", "error"].includes(type)) {
        if (clear) cell.outputs.length = 0;
        clear = false;
        this.add(cell, type, content);
      }
      onMessage(message);
    };
    const { content: reply } = (await future.done) as KernelMessage.IExecuteReplyMsg;
    cell.execution_count = reply.execution_count ?? null;
    return { cell, reply, order };
  }

  private add(cell: ExecutedCell, type: string, content: Record<string, unknown>): void {
    const output = readOutput(type, content);
    const last = cell.outputs.at(-1);
    if (output.type === "stream" && last?.type === "stream" && last.name === output.name) {
      last.text += output.text;
      return;
    }
    cell.outputs.push(output);
    const id = displayId(content);
    if (id !== undefined)
      this.displays.set(id, [
        ...(this.displays.get(id) ?? []),
        { outputs: cell.outputs, index: cell.outputs.length - 1 },
      ]);
  }

  private update(content: Record<string, unknown>): void {
    const places = this.displays.get(displayId(content) ?? "");
    if (!places) throw new Error(`an update of a display that is not there: ${displayId(content)}`);
    for (const { outputs, index } of places) outputs[index] = readOutput("display_data", content);
  }
}

function displayId(content: Record<string, unknown>): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
