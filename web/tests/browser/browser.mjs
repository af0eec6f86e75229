// Chromium, and pages that may ask nothing of any other host and may break nothing in silence.
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
export const closeBrowser = () => browser.close();

/**
 * Opens `path` of `address` in a browser that knows nothing, runs `work`, and fails on a request to another host, an
 * error of a script or a breach of the policy. A failed request is told in the console too, where `allowed` names it.
 */
export async function onPage(address, work, { path = "/", allowed = /^$/, ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults = watched(page, address, allowed);
  try {
    await page.goto(address + path);
    await page.locator("#article").waitFor();
    const result = await work(page);
    assert.deepEqual(faults, []);
    return result;
  } finally {
    await context.close();
  }
}

function watched(page, address, allowed) {
  const faults = [];
  page.on("request", (request) => {
    const isOwn = /^(data|blob):/.test(request.url()) || new URL(request.url()).origin === new URL(address).origin;
    if (!isOwn) faults.push(`a request to ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(`a script failed: ${error.stack}`));
  page.on("console", (message) => {
    const text = `${message.text()} (${message.location().url})`;
    if (["error", "warning"].includes(message.type()) && !allowed.test(text)) faults.push(`console: ${text}`);
  });
  page.on("dialog", (dialog) => faults.push(`a dialog: ${dialog.message()}`));
  return faults;
}

export const primary = (page) => page.locator(".compose button.primary");
export const sentence = (page, language, index) => page.locator(`[data-language="${language}"][data-sentence="${index}"]`);
export const done = (page) => page.locator(".status.done").waitFor();

/** The example article of the page. */
export const EXAMPLE = readFileSync(new URL("../../src/text/example.txt", import.meta.url), "utf8").trimEnd();

export async function summarizeExample(page) {
  await page.locator(".editor-head button", { hasText: /Example|ejemplo/ }).click();
  await primary(page).click();
  await done(page);
}

export async function summarizeText(page, text) {
  await page.locator("#article").fill(text);
  await primary(page).click();
}

/**
 * Lets the events of summaries reach the page up to the first of that name, and the rest when `releaseStream` is called.
 * Asked for again, it holds the next summary.
 */
export const holdStream = (page, name) =>
  page.evaluate((name) => {
    window.ownFetch ??= window.fetch;
    const released = new Promise((resolve) => (window.releaseStream = resolve));
    window.fetch = async (...request) => {
      const response = await window.ownFetch(...request);
      if (!response.ok || !String(request[0]).endsWith("v1/summarize")) return response;
      const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({
        async transform(piece, controller) {
          for (const part of piece.split(/(?<=\n\n)/)) {
            controller.enqueue(part);
            if (new RegExp(`^event: ?${name}$`, "m").test(part)) await released;
          }
        },
      }));
      return new Response(events.pipeThrough(new TextEncoderStream()), response);
    };
  }, name);
export const releaseStream = (page) => page.evaluate(() => window.releaseStream());

/** Waits until the page is drawn and no colour is on its way to another: halfway it has a contrast of its own. */
const settled = (page) =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });

/** No serious or critical violation of what axe knows. */
export async function accessible(page, view) {
  await settled(page);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(bad.map(({ id, nodes }) => `${view}: ${id}: ${nodes.map(({ html }) => html).join("; ")}`), []);
}

/** Waits until what has the focus is called `name`, or has that id: the page moves the focus once it is drawn anew. */
export const focusOn = (page, name) =>
  page.waitForFunction((wanted) => {
    const { id, ariaLabel, innerText = "" } = document.activeElement ?? {};
    return [id, ariaLabel, innerText.trim()].includes(wanted);
  }, name);
