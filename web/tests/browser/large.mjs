// An article as long as a short book.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onPage, primary } from "./browser.mjs";
import { open } from "./services.mjs";

const CHARACTERS = 300_000;
// A program that is not optimised took 3 to 6 seconds on two busy cores, and the page was frozen for 1.2 at most. These are to
// tell what grows with the square of the text, which takes minutes, whatever the machine.
const MOST_MS = 60_000;
const MOST_FROZEN_MS = 15_000;

const WHO = ["The council", "A court in Lima", "Officials", "Three farmers", "The president of Chile", "Dr. Park"];
const DID = ["approved a plan for", "rejected", "asked for more money for", "will visit", "measured", "spoke about"];
const WHAT = ["the northern bridge", "forest fires", "the port of Valparaíso", "2,300 farms", "schools without roofs", "the new train"];

/** So many characters of sentences of which no two are the same. */
function article() {
  let text = "";
  for (let at = 0; text.length < CHARACTERS; at++) {
    const pick = (all, step) => all[Math.floor(at / step) % all.length];
    text += `${pick(WHO, 1)} ${pick(DID, 6)} ${pick(WHAT, 36)} in town ${at} after ${(at * 37) % 900} days of talks. `;
    if (at % 6 === 5) text += "\n\n";
  }
  return text.slice(0, CHARACTERS - 1) + ".";
}

test("an article of 300,000 characters is summarised, and the page stays responsive", () =>
  onPage(open.address, async (page) => {
    await page.evaluate(() => {
      let last = performance.now();
      window.frozen = 0;
      setInterval(() => {
        window.frozen = Math.max(window.frozen, performance.now() - last);
        last = performance.now();
      }, 20);
    });
    await page.evaluate((text) => navigator.clipboard.writeText(text), article());
    await page.locator("#article").press("Control+V");
    assert.match(await page.locator("#meter").innerText(), /300,000 characters/);
    const began = performance.now();
    await primary(page).click();
    await page.locator(".status.done").waitFor({ timeout: MOST_MS });
    await page.locator("ol[lang=es] .sentence").nth(5).hover();
    const took = performance.now() - began;
    const frozen = await page.evaluate(() => window.frozen);
    console.log(`[page] ${CHARACTERS} characters: ${Math.round(took)} ms; frozen for ${Math.round(frozen)} ms at most`);
    assert.ok(took < MOST_MS && frozen < MOST_FROZEN_MS);
    assert.ok((await page.locator("mark.lit").count()) > 0);
  }, { path: "/#/?length=long", permissions: ["clipboard-read", "clipboard-write"] }));
