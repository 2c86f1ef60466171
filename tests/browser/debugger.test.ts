/** @file JupyterLab's own debugger panel in a real browser: a breakpoint, the variables, steps, the way on. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { type Jupyter, ROOT, startJupyter } from "../notebooks/jupyter";
import { LAB_SETTINGS, noBrowser, openNotebook, startBrowser } from "./lab-page";

const PATIENCE_MS = 90_000;
const SCREENSHOTS = join(ROOT, "build", "screenshots");

const CELLS = [
  [
    "function mean(values: number[]): number {",
    "  let total = 0;",
    "  for (const value of values) total += value;",
    "  return total / values.length;",
    "}",
  ],
  ["const weights = torch.ones([2, 3]);", "const average = mean([1, 2, 6]);", "average + 1"],
];

describe("JupyterLab's debugger", { skip: noBrowser() ?? false }, () => {
  let jupyter: Jupyter;
  let browser: Browser;

  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    jupyter = await startJupyter("lab", (folder) => writeNotebook(join(folder, "debug.ipynb")), LAB_SETTINGS);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await jupyter?.close();
  });

  test("stops at a breakpoint of an earlier cell, shows frames and variables, steps, and goes on", async () => {
    const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
    page.setDefaultTimeout(PATIENCE_MS);
    try {
      const panel = await openNotebook(page, jupyter, "debug.ipynb");
      const [first, second] = await panel.locator(".jp-CodeCell").all();
      await runCell(page, first);
      const bug = panel.locator(".jp-DebuggerBugButton");
      await bug.click();
      await page.locator('.jp-DebuggerBugButton[aria-pressed="true"]').waitFor();

      await setBreakpoint(first, 4);
      await page.locator(".jp-DebuggerBreakpoint").first().waitFor();
      await startCell(page, second);
      const frames = page.locator(".jp-DebuggerCallstackFrame");
      await frames.nth(1).waitFor();
      assert.match((await frames.nth(0).textContent()) ?? "", /^mean\b/);
      assert.match((await frames.nth(1).textContent()) ?? "", /^Cell In\[2\]/);
      await first.locator(".jp-DebuggerEditor-highlight").waitFor();
      assert.match((await first.locator(".jp-DebuggerEditor-highlight").textContent()) ?? "", /return total/);
      await shows(page, "total", /^9$/);
      await shows(page, "values", /^\[ 1, 2, 6 \]$/);
      await page.screenshot({ path: join(SCREENSHOTS, "debugger-locals.png") });

      await page.locator('jp-button[data-command="debugger:next"]').click();
      await frames.nth(1).waitFor({ state: "detached" });
      await second.locator(".jp-DebuggerEditor-highlight").waitFor();
      await shows(page, "weights", /^tensor\(\[\[1/);
      await page.screenshot({ path: join(SCREENSHOTS, "debugger-globals.png") });

      await page.locator('jp-button[data-command="debugger:continue"]').click();
      await second.locator(".jp-OutputArea-executeResult", { hasText: "4" }).waitFor();
      await frames.first().waitFor({ state: "detached" });
      await shows(page, "average", /^3$/);
      await page.screenshot({ path: join(SCREENSHOTS, "debugger-after.png") });
    } catch (error) {
      await page.screenshot({ path: join(SCREENSHOTS, "debugger-failed.png") });
      throw error;
    } finally {
      await page.close();
    }
  });
});

/** Waits until a variable is shown with a value. */
async function shows(page: Page, name: string, value: RegExp): Promise<void> {
  const names = page.locator(".jp-DebuggerVariables-name:visible", { hasText: new RegExp(`^${name}$`) });
  const detail = names.locator("xpath=following-sibling::*[contains(@class, 'jp-DebuggerVariables-detail')]");
  await detail.filter({ hasText: value }).first().waitFor();
}

/** Clicks beside a line of a cell. */
async function setBreakpoint(cell: Locator, lineNumber: number): Promise<void> {
  const gutter = cell.locator(".cm-gutter.cm-breakpoint-gutter .cm-gutterElement");
  // The first element only gives the gutter its width.
  await gutter.nth(lineNumber).click();
  await cell.locator(".cm-breakpoint-icon").nth(1).waitFor();
}

async function startCell(page: Page, cell: Locator): Promise<void> {
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Control+Enter");
}

async function runCell(page: Page, cell: Locator): Promise<void> {
  await startCell(page, cell);
  await cell.locator(".jp-InputArea-prompt", { hasText: /\[\d+\]/ }).waitFor();
}

function writeNotebook(path: string): void {
  const cells = CELLS.map((lines, at) => ({
    cell_type: "code",
    id: `cell-${at}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source: lines.join("\n"),
  }));
  const metadata = {
    kernelspec: { display_name: "TypeScript (torchbook)", language: "typescript", name: "torchbook" },
  };
  writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
}
