// Summaries: what is shown, lit, streamed, cancelled, explained, kept and taken along.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { done, onPage, primary, sentence, summarizeExample, summarizeText } from "./browser.mjs";
import { open } from "./services.mjs";

const EXAMPLE = readFileSync(new URL("../../src/text/example.txt", import.meta.url), "utf8").trimEnd();

test("the example is summarised in three columns, with facts, coverage and checks", () =>
  onPage(open.address, async (page) => {
    assert.match(await page.locator("#meter").innerText(), /expected time: not known yet/);
    await summarizeExample(page);
    assert.equal(await page.locator(".source-text").innerText(), EXAMPLE);
    for (const language of ["en", "es"]) assert.equal(await page.locator(`.summary ol[lang=${language}] > li`).count(), 3);
    assert.match(await page.locator(".plan").innerText(), /English, 21 sentences, in 1 piece.*English and Spanish, by extractive/);
    assert.match(await page.locator(".coverage").innerText(), /21 of 21 sentences were read/);
    assert.ok((await page.locator(".facts tbody tr").count()) > 3);
    await page.getByRole("button", { name: "Edit the article" }).click();
    assert.match(await page.locator("#meter").innerText(), /2,119 characters\s+about 530 tokens\s+expected: /);
  }));

test("hovering, focusing and clicking a sentence lights its pair and its sources", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    const lit = () => page.locator(".sentence.lit").evaluateAll((all) => all.map((one) => one.id));
    await sentence(page, "es", 1).hover();
    assert.deepEqual(await lit(), ["sentence-en-1", "sentence-es-1"]);
    assert.match(await page.locator("mark.lit").innerText(), /^Canadian Prime Minister/);
    await page.locator("mark").first().hover();
    assert.deepEqual(await lit(), ["sentence-en-0", "sentence-es-0"]);
    await page.mouse.move(0, 0);
    await sentence(page, "en", 2).focus();
    assert.deepEqual(await lit(), ["sentence-en-2", "sentence-es-2"]);
    await sentence(page, "en", 0).click();
    await page.mouse.move(0, 0);
    assert.deepEqual(await lit(), ["sentence-en-0", "sentence-es-0"]);
    assert.equal(await sentence(page, "en", 0).getAttribute("aria-pressed"), "true");
  }));

test("strict mode, length, format and glossary are asked for, and stand in the URL without the article", () =>
  onPage(open.address, async (page) => {
    await page.getByLabel("Length").selectOption("short");
    await page.getByText("Bullets").click();
    await page.getByLabel("Strict").check();
    await page.getByText("Models, languages, glossary").click();
    await page.getByRole("button", { name: "Add a term" }).click();
    await page.getByLabel("Term", { exact: true }).fill("Prime Minister");
    const sent = page.waitForRequest(/v1\/summarize/);
    await summarizeExample(page);
    const { text, ...request } = (await sent).postDataJSON();
    assert.equal(text, EXAMPLE);
    assert.deepEqual(request, {
      format: "bullets", mode: "auto", strict: true, offset_unit: "utf16", stream: true, length: "short",
      glossary: { protected: ["Prime Minister"] },
    });
    assert.equal(await page.locator("ol.bullets[lang=es] > li").count(), 2);
    assert.match(await page.locator("ol[lang=es]").innerText(), /Prime Minister/);
    assert.match(await page.locator(".checks-panel").innerText(), /glossary was applied/);
    const url = page.url();
    assert.match(url, /#\/\?length=short&format=bullets&strict=1&term=/);
    assert.doesNotMatch(url, /leaders|Bennett/);
    await page.reload();
    assert.ok(await page.getByLabel("Strict").isChecked());
  }));

test("a run is cancelled; what was certain by then stays", () =>
  onPage(open.address, async (page) => {
    const article = Array.from({ length: 200 }, (_, at) => `The council of town ${at} opened bridge ${at * 7} on Monday and closed road ${at + 3}.`);
    await cancelAtFirstSentence(page);
    await summarizeText(page, article.join(" "));
    await page.getByText("Cancelled.").waitFor();
    const certain = await page.locator("ol[lang=es] > li").count();
    assert.ok(0 < certain && certain < 50, `${certain} sentences`);
    await primary(page).click();
    await page.locator(".status.running").waitFor();
  }, { path: "/#/?sentences=50" }));

/** Presses the button as soon as a sentence is there. */
async function cancelAtFirstSentence(page) {
  await page.evaluate(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".status.running ~ .result ol[lang=es] > li")) return;
      observer.disconnect();
      document.querySelector(".compose button.primary").click();
    }).observe(document.body, { childList: true, subtree: true });
  });
}

test("an error is explained, with what to do, and can be tried again", () =>
  onPage(open.address, async (page) => {
    await page.locator(".editor-head button", { hasText: "Example" }).click();
    await primary(page).click();
    const problem = page.locator('.problem[data-code="unsupported_language"]');
    await problem.waitFor();
    assert.match(await problem.innerText(), /No installed model serves this language[\s\S]*English to Spanish/);
    await page.getByText("Models, languages, glossary").click();
    await page.getByLabel("French").click();
    await primary(page).click();
    await done(page);
  }, { path: "/#/?targets=fr", allowed: /422/ }));

test("nothing is sent without an article; one that is too long is told before", () =>
  onPage(open.address, async (page) => {
    await primary(page).press("Enter");
    assert.match(await page.locator(".notice.refused").innerText(), /Paste or open an article first/);
    await page.locator("#article").fill("Word. ".repeat(70_000));
    assert.match(await page.locator("#meter strong").innerText(), /20,000 characters too many: the service takes 400,000/);
    assert.equal(await primary(page).getAttribute("aria-disabled"), "true");
  }));

test("the summary is copied and downloaded as text, Markdown, JSON, receipt and article", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    const wanted = { text: /^English\n\n/, markdown: /^## English/, json: /"timings_ms"/, receipt: /"recipe"/, article: /^The leaders/ };
    for (const [kind, pattern] of Object.entries(wanted)) {
      await page.locator(".take select").selectOption(kind);
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download" }).click();
      assert.match(readFileSync(await (await download).path(), "utf8"), pattern);
    }
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied.").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), EXAMPLE);
  }, { permissions: ["clipboard-read", "clipboard-write"] }));

test("the history is kept in the browser, opened again, switched off and cleared", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    const spanish = await page.locator("ol[lang=es]").innerText();
    await page.getByRole("link", { name: "History" }).click();
    await page.locator(".entry-open").waitFor();
    await page.reload();
    await page.locator(".entry-open").click();
    assert.equal(await page.locator("ol[lang=es]").innerText(), spanish);
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("button", { name: "Clear the history" }).click();
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByText("Nothing yet.").waitFor();
    await page.getByLabel("Keep a history").uncheck();
    await page.getByRole("link", { name: "Summarise" }).click();
    await page.getByRole("button", { name: "Summarise again" }).click();
    await done(page);
    await page.getByRole("link", { name: "History" }).click();
    assert.equal(await page.locator(".entry").count(), 0);
  }));
