/** @file JupyterLab in a real browser, as a user has it before their eyes. */
import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import type { Jupyter } from "../notebooks/jupyter";

/** Debian's Chromium unless `CHROMIUM` names another. */
export const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";

/** Why the browser tests cannot run here, or undefined when they can. */
export function noBrowser(): string | undefined {
  return existsSync(CHROMIUM)
    ? undefined
    : `${CHROMIUM} is missing: install it (Debian: apt-get install chromium) or set CHROMIUM`;
}

/** Starts Chromium so that it neither asks anything nor connects anywhere by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...["--disable-background-networking", "--disable-component-update"],
    ],
  });
}

/**
 * Settings for {@link startJupyter}: all cells stay in the page, also those that are scrolled out of sight, so that they can be
 * looked for.
 */
export const LAB_SETTINGS = {
  "@jupyterlab/notebook-extension": { "tracker.jupyterlab-settings": { windowingMode: "none" } },
  "@jupyterlab/apputils-extension": {
    "notification.jupyterlab-settings": { checkForUpdates: false, fetchNews: "false" },
  },
};

/** Opens a notebook in JupyterLab's whole interface, waits until its kernel is ready, and gives its panel. */
export async function openNotebook(page: Page, jupyter: Jupyter, name: string): Promise<Locator> {
  await page.goto(`${jupyter.url}lab/tree/${encodeURIComponent(name)}?token=${jupyter.token}&reset`);
  const panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");
  await panel.locator(".jp-Cell").first().waitFor();
  // The panel's own indicator says "idle" also while there is no kernel yet, and then Run does nothing.
  await page
    .locator("#jp-bottom-panel, .jp-StatusBar-Widget")
    .getByText(/TypeScript \(torchbook\) \| Idle/)
    .first()
    .waitFor();
  return panel;
}

/** Chooses Run ▸ Run All Cells and waits until every code cell has its number or `seconds` are over. */
export async function runAllCells(page: Page, panel: Locator, seconds = 240): Promise<void> {
  await page.locator(".lm-MenuBar-item", { hasText: /^Run$/ }).click();
  await page.locator(".lm-Menu-item", { hasText: /^Run All Cells$/ }).click();
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const prompts = await panel.locator(".jp-CodeCell .jp-InputArea-prompt").allTextContents();
    const errors = await panel.locator('[data-mime-type="application/vnd.jupyter.error"]').count();
    if (prompts.every((prompt) => /\[\d+\]/.test(prompt)) || errors > 0) return;
    if (Date.now() > deadline)
      throw new Error(`not all cells have run after ${seconds} s: ${prompts.join(" ")}`);
    await page.waitForTimeout(250);
  }
}
