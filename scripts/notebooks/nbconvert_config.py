"""nbconvert's settings for `npm run notebooks`: notes each cell in a file, so that a failure can be told by its cell."""

import json
import os

c = get_config()  # noqa: F821 (given by traitlets)


def note(**what):
    with open(os.environ["TORCHBOOK_CELLS"], "a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def started(cell, cell_index):
    note(event="start", index=cell_index, source=cell.source)


def executed(cell, cell_index, execute_reply):
    note(event="end", index=cell_index)


def failed(cell, cell_index, execute_reply):
    content = execute_reply["content"]
    note(
        event="error",
        index=cell_index,
        source=cell.source,
        name=content.get("ename"),
        value=content.get("evalue"),
        traceback=content.get("traceback") or [],
    )


c.ExecutePreprocessor.on_cell_execute = started
c.ExecutePreprocessor.on_cell_executed = executed
c.ExecutePreprocessor.on_cell_error = failed
c.ExecutePreprocessor.timeout = int(os.environ.get("TORCHBOOK_CELL_TIMEOUT", "600"))
