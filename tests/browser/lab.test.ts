/** @file Two notebooks in JupyterLab and a real browser: what a user sees after Run All Cells. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Locator, Page } from "playwright-core";
import { type Jupyter, ROOT, startJupyter } from "../notebooks/jupyter";
import { LAB_SETTINGS, noBrowser, openNotebook, runAllCells, startBrowser } from "./lab-page";

const PATIENCE_MS = 90_000;
const SCREENSHOTS = join(ROOT, "build", "screenshots");

describe("JupyterLab", { skip: noBrowser() ?? false }, () => {
  let jupyter: Jupyter;
  let browser: Browser;

  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    jupyter = await startJupyter(
      "lab",
      (folder) => cpSync(join(ROOT, "notebooks"), folder, { recursive: true }),
      LAB_SETTINGS,
    );
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await jupyter?.close();
  });

  /** Opens a notebook, runs it from top to bottom if told, lets `check` look at it, and takes a picture in any case. */
  async function look(
    name: string,
    run: boolean,
    check: (panel: Locator, page: Page) => Promise<void>,
  ): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(PATIENCE_MS);
    try {
      const panel = await openNotebook(page, jupyter, `${name}.ipynb`);
      if (run) {
        await clearOutputs(page);
        await runAllCells(page, panel);
      }
      const failed = panel.locator('[data-mime-type="application/vnd.jupyter.error"]');
      assert.deepEqual(await failed.allTextContents(), [], "no cell failed");
      await check(panel, page);
    } finally {
      await page.screenshot({ path: join(SCREENSHOTS, `${name}${run ? "" : "-as-committed"}.png`) });
      await page.close();
    }
  }

  test("01-rnn: tensor table, model tree, progress line and loss curve", async () => {
    await look("01-rnn", true, async (panel) => {
      const tensor = await colouredTable(panel);
      assert.match(await textOf(tensor), /Tensor[\s\S]*\[\d+(, \d+)*\][\s\S]*float32/);

      const model = await visible(panel.locator(".torchbook-module").first());
      assert.match(await textOf(model), /SimpleRNN[\s\S]*RNN\(100, 128[\s\S]*29,698\s+parameters/);
      const weight = model.getByText("weight_ih_l0 [128, 100]");
      assert.equal(await weight.isVisible(), false);
      await model.locator("summary", { hasText: "rnn:" }).last().click();
      await visible(weight);

      const bar = await visible(panel.locator(".torchbook-progress").last());
      assert.match(await textOf(bar), /100%[\s\S]*loss=/);
      assert.match(await textOf(await drawnCurve(panel)), /loss[\s\S]*epoch/);
    });
  });

  test("a notebook that is not trusted yet, as after a clone, shows its committed outputs", async () => {
    await look("01-rnn", false, async (panel, page) => {
      assert.equal(await page.locator('[title^="Notebook not trusted"]').count(), 1);
      await colouredTable(panel);
      const model = await visible(panel.locator(".torchbook-module").first());
      assert.match(await textOf(model), /SimpleRNN[\s\S]*29,698\s+parameters/);
      await visible(panel.locator(".torchbook-progress").last());
      await drawnCurve(panel);
    });
  });

  test("04-ner: tagged text, transition scores and loss curve", async () => {
    await look("04-ner", true, async (panel, page) => {
      await visible(panel.locator(".torchbook-curve").last());
      await visible(panel.locator(".torchbook-matrix td").first());
      const sentences = panel.locator(".torchbook-entities");
      assert.ok((await sentences.count()) >= 4);
      for (const sentence of await sentences.all()) {
        const entity = await visible(sentence.locator("span[title]").first());
        assert.match((await entity.getAttribute("title")) ?? "", /^(PER|LOC|ORG)$/);
        const colour = await entity.evaluate((span) => span.style.backgroundColor);
        assert.match(String(colour), /^rgba\(\d+, \d+, \d+, 0\.\d+\)$/, "the entity has a colour");
      }
      assert.match((await sentences.allTextContents()).join("\n"), /赵敏\s*PER[\s\S]*南京\s*LOC/);
      // The picture of the README, docs/images/notebook.png: from the training's end to the tagged sentences.
      await page.setViewportSize({ width: 1400, height: 1275 });
      await panel
        .locator(".torchbook-progress")
        .last()
        .evaluate((line) => {
          line.scrollIntoView(true);
          line.closest(".jp-WindowedPanel-outer")?.scrollBy(0, -70);
        });
    });
  });
});

/** The first tensor's table, whose cells have colours by their values. */
async function colouredTable(panel: Locator): Promise<Locator> {
  const tensor = await visible(panel.locator(".torchbook-tensor").first());
  await visible(tensor.locator("td").first());
  const colours = await tensor
    .locator("td")
    .evaluateAll((cells) => cells.map((cell) => cell.style.backgroundColor));
  assert.ok(new Set(colours).size > 2, `colours ${colours.join(" ")}`);
  return tensor;
}

/** The last curve, whose lines are an image that the browser could draw. */
async function drawnCurve(panel: Locator): Promise<Locator> {
  const curve = await visible(panel.locator(".torchbook-curve").last());
  const image = await visible(curve.locator("img"));
  const width = await image.evaluate(
    (element) => (element as unknown as { naturalWidth: number }).naturalWidth,
  );
  assert.ok(width > 300, "the image is drawn");
  return curve;
}

/** Scrolls to what the locator finds and waits until it can be seen. */
async function visible(locator: Locator): Promise<Locator> {
  await locator.scrollIntoViewIfNeeded();
  await locator.waitFor({ state: "visible" });
  const box = await locator.boundingBox();
  assert.ok(box && box.width > 0 && box.height > 0, `${locator} takes room`);
  return locator;
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

/** Takes the committed outputs away, so that those seen later are new ones. */
async function clearOutputs(page: Page): Promise<void> {
  await page.locator(".lm-MenuBar-item", { hasText: /^Edit$/ }).click();
  await page.locator(".lm-Menu-item", { hasText: /^Clear Outputs of All Cells$/ }).click();
  await page.locator(".jp-OutputArea-output").first().waitFor({ state: "detached" });
}
