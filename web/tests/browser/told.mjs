// What a summary's checks can find and the built-in models seldom do: the service's own answer, changed on its way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE, accessible, onPage, sentence, summarizeExample } from "./browser.mjs";
import { open } from "./services.mjs";

/** Lets `change` alter the answer that the last event holds. */
const changed = (page, change) =>
  page.route(/v1\/summarize/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/(event: ?done\ndata: ?)(.*)/, (_, start, data) => {
      const answer = JSON.parse(data);
      change(answer);
      return start + JSON.stringify(answer);
    });
    await route.fulfill({ response, body });
  });

/** Tuesday was left out of the Spanish. */
const withoutTuesday = ({ checks }) => {
  const fact = checks.facts.find(({ source }) => source === "Tuesday");
  delete fact.es;
  fact.status = "missing";
  checks.faults.push({ sentence: 0, language: "es", fault: "number" });
};

test("a fact that is missing stands out and is found where it stands", () =>
  onPage(open.address, async (page) => {
    await changed(page, withoutTuesday);
    await summarizeExample(page);
    const row = page.locator(".facts tr.missing").first();
    assert.match(await row.innerText(), /Missing/);
    assert.equal(await row.locator("svg").count(), 1);
    await row.getByRole("button").click();
    const found = page.locator(".source-text .fact.missing.lit").first();
    assert.equal(await found.innerText(), await row.locator("td").nth(1).innerText());
    assert.match(await page.locator(".notes .fault").first().innerText(), new RegExp(await found.innerText()));
  }));

test("an invented fact stands out from a missing one and from a kept one, by more than colour", () =>
  onPage(open.address, async (page) => {
    await changed(page, (answer) => {
      withoutTuesday(answer);
      answer.checks.facts.push({ kind: "name", status: "invented", es: "Andrés Molina" });
      answer.checks.faults.push({ sentence: 1, language: "es", fault: "name" });
    });
    await summarizeExample(page);
    const rows = page.locator(".facts tbody tr");
    const first = rows.first();
    assert.match(await first.getAttribute("class"), /invented/);
    assert.match(await first.innerText(), /Invented[\s\S]*Andrés Molina/);
    const looks = await rows.evaluateAll((all) => Object.fromEntries(all.map((row) => {
      const style = getComputedStyle(row.querySelector("button"));
      return [row.className.split(" ")[0], [style.borderTopStyle, style.borderTopWidth, row.querySelector("svg").innerHTML].join()];
    })));
    assert.deepEqual(Object.keys(looks).sort(), ["invented", "kept", "missing", "reformatted"]);
    assert.equal(new Set(Object.values(looks)).size, 4);
    await first.getByRole("button").click();
    assert.equal(await page.locator(".summary .fact.invented.lit").innerText(), "Andrés Molina");
    assert.match(await sentence(page, "es", 1).locator("xpath=..").innerText(), /A name is wrong or missing: Andrés Molina/);
    await accessible(page, "an invented fact");
  }));

/** The sentence of the example that begins so. */
function passage(start) {
  const at = EXAMPLE.indexOf(start);
  return { start: at, end: EXAMPLE.indexOf(". ", at) + 1, score: 1 };
}

test("a passage that supports several sentences lights them all", () =>
  onPage(open.address, async (page) => {
    await changed(page, ({ sentences }) => {
      sentences[0].sources = [passage("Trade between")];
      sentences[2].sources = [passage("Trade between")];
    });
    await summarizeExample(page);
    const both = ["sentence-en-0", "sentence-en-2", "sentence-es-0", "sentence-es-2"];
    const lit = () => page.locator(".sentence.lit").evaluateAll((all) => all.map(({ id }) => id).sort());
    const mark = page.locator("mark", { hasText: "Trade between" });
    assert.equal(await mark.getAttribute("data-numbers"), "1 3");
    await mark.hover();
    assert.deepEqual(await lit(), both);
    await mark.click();
    await page.mouse.move(0, 0);
    assert.deepEqual(await lit(), both);
    assert.equal(await mark.getAttribute("aria-pressed"), "true");
  }));

test("a fact is shown where it supports the sentence that holds it, not where it stands first", () =>
  onPage(open.address, async (page) => {
    await changed(page, (answer) => {
      answer.sentences = [{ en: "Canada will pay 60%.", es: "Canadá pagará el 60%.", sources: [passage("Canada, which lost")] }];
      answer.checks.facts = [{ kind: "name", status: "kept", source: "Canada", en: "Canada", es: "Canadá" }];
    });
    await summarizeExample(page);
    await page.locator(".facts tbody button").click();
    const isShown = (which) => page.locator(".source-text .fact.lit").nth(which).evaluate((fact) => {
      const [one, all] = [fact, fact.closest(".source-text")].map((element) => element.getBoundingClientRect());
      return one.top >= all.top && one.bottom <= all.bottom;
    });
    await page.locator("mark .fact.lit").waitFor();
    await page.waitForTimeout(200);
    assert.deepEqual([await isShown(0), await isShown(2)], [false, true]);
  }, { viewport: { width: 1440, height: 420 }, reducedMotion: "reduce" }));

test("what was left unread, untranslated, untried or without a model is told", () =>
  onPage(open.address, async (page) => {
    await changed(page, (answer) => {
      Object.assign(answer.coverage, { truncated: true, sentences_read: 14 });
      Object.assign(answer.checks, { dropped: 1, untried: 2 });
      answer.sentences[0].sources = [];
      answer.missing_pairs = ["en-fr"];
    });
    await summarizeExample(page);
    assert.match(await page.locator(".coverage").innerText(), /14 of 21 sentences were read[\s\S]*Part of the article went unread/);
    const checks = await page.locator(".checks-panel").innerText();
    for (const told of [/1 sentence could not be translated/, /2 repairs could not be tried/, /No installed model translates English to French/]) {
      assert.match(checks, told);
    }
    assert.match(await page.locator(".notes .fault").first().innerText(), /No sentence of the article shares its words/);
    await page.locator(".checks-panel a").click();
    await page.getByRole("heading", { name: "Models" }).waitFor();
  }));

test("a stream that breaks off is told, and what was certain stays", () =>
  onPage(open.address, async (page) => {
    await page.route(/v1\/summarize/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/event: ?done[\s\S]*/, "") });
    });
    await page.locator(".editor-head button", { hasText: "Example" }).click();
    await page.locator(".compose button.primary").click();
    await page.locator('.problem[data-code="cut_off"]').waitFor();
    assert.equal(await page.locator("ol[lang=es] > li").count(), 3);
    await page.unroute(/v1\/summarize/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".status.done").waitFor();
  }));
