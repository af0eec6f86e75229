// The editor and its buttons: what is sent, cancelled, begun again and put back, and where the focus is meanwhile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EXAMPLE, done, holdStream, onPage, primary, releaseStream, sentence, summarizeExample, summarizeText, focusOn } from "./browser.mjs";
import { open } from "./services.mjs";

const example = (page) => page.getByRole("button", { name: "Example article" }).click();

/** The bodies of the requests for summaries, as they are sent. */
function requests(page) {
  const sent = [];
  page.on("request", (request) => request.url().endsWith("v1/summarize") && sent.push(request.postDataJSON()));
  return sent;
}

test("trying again sends the text and the options as they are now", () =>
  onPage(open.address, async (page) => {
    const sent = requests(page);
    await example(page);
    await primary(page).click();
    await page.locator(".problem").waitFor();
    await page.locator("#article").fill("The council opened a bridge on Monday. Nobody came.");
    await page.getByText("Models, languages, glossary").click();
    await page.getByLabel("French").click();
    await page.getByRole("button", { name: "Try again" }).click();
    await done(page);
    assert.equal(sent.at(-1).text, "The council opened a bridge on Monday. Nobody came.");
    assert.equal(sent.at(-1).targets, undefined);
    await focusOn(page, "Summarise again");
  }, { path: "/#/?targets=fr", allowed: /422/ }));

test("a double click starts one run, and the second click does not cancel it", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    const sent = requests(page);
    await holdStream(page, "plan");
    await primary(page).dblclick();
    await page.locator(".status.running .plan").waitFor();
    await releaseStream(page);
    await done(page);
    assert.equal(sent.length, 1);
  }));

test("a keyboard stays on the button that starts and cancels", () =>
  onPage(open.address, async (page) => {
    await example(page);
    await holdStream(page, "plan");
    await primary(page).press("Enter");
    await page.locator(".status.running .plan").waitFor();
    await focusOn(page, "Cancel");
    await releaseStream(page);
    await done(page);
    await focusOn(page, "Summarise again");
  }));

test("a press on Cancel that the end of the run overtakes starts no other", () =>
  onPage(open.address, async (page) => {
    const sent = requests(page);
    await example(page);
    await holdStream(page, "plan");
    await primary(page).click();
    await page.locator(".status.running .plan").waitFor();
    await page.getByRole("button", { name: "Cancel" }).hover();
    await page.mouse.down();
    await releaseStream(page);
    await done(page);
    await page.mouse.up();
    await page.waitForTimeout(200);
    assert.equal(await page.locator(".status.done").count(), 1);
    assert.equal(sent.length, 1);
  }));

test("cancelled before there is anything, the article stays in the editor, and nothing is promised", () =>
  onPage(open.address, async (page) => {
    await page.route(/v1\/summarize/, () => {});
    await summarizeText(page, "The council opened a bridge on Monday.");
    await page.locator(".status.running").waitFor();
    await primary(page).click();
    assert.equal(await page.locator(".status").innerText(), "Cancelled before any sentence was certain.");
    assert.equal(await page.locator("#article").inputValue(), "The council opened a bridge on Monday.");
    assert.equal(await page.locator(".result").count(), 0);
  }));

test("a run that is begun after a cancelled one shows nothing of it", () =>
  onPage(open.address, async (page) => {
    await example(page);
    await holdStream(page, "sentence");
    await primary(page).click();
    await sentence(page, "es", 0).waitFor();
    await primary(page).click();
    await page.getByText("Cancelled. Sentences that were certain").waitFor();
    assert.equal(await sentence(page, "es", 0).count(), 1);
    await holdStream(page, "plan");
    await primary(page).click();
    await page.locator(".status.running .plan").waitFor();
    assert.equal(await page.locator(".sentence").count(), 0);
    await releaseStream(page);
    await done(page);
    assert.equal(await page.locator("ol[lang=es] .sentence").count(), 3);
  }));

test("a text that the example or Clear took the place of can be put back", () =>
  onPage(open.address, async (page) => {
    const article = page.locator("#article");
    const back = page.getByRole("button", { name: "Put my text back" });
    await article.fill("My own words.");
    for (const other of ["Example article", "Clear"]) {
      await page.getByRole("button", { name: other }).click();
      assert.notEqual(await article.inputValue(), "My own words.");
      await back.click();
      assert.equal(await article.inputValue(), "My own words.");
      await focusOn(page, "article");
    }
    assert.equal(await back.count(), 0);
  }));

test("the time that a summary should take is guessed at first, and then told as it was measured", () =>
  onPage(open.address, async (page) => {
    const meter = page.locator("#meter");
    assert.match(await meter.innerText(), /expected time: not known yet/);
    await example(page);
    await page.getByText(/expected: about 0\.1\ss \(a first guess\)/).waitFor();
    await page.getByText("Models, languages, glossary").click();
    await page.getByLabel("Where sentences come from").selectOption("abstractive");
    assert.match(await meter.innerText(), /expected time: not known yet/);
    await page.getByLabel("Where sentences come from").selectOption("auto");
    await primary(page).click();
    await done(page);
    await page.reload();
    await example(page);
    await page.getByText(/expected: [\d.]+\ss/).waitFor();
    assert.doesNotMatch(await meter.innerText(), /guess/);
  }));

// Too many figures for a small translator.
const HARD = "The committee's report (A5-0985/1999, COM(1999)557, C5-1893/1999) was adopted by the leaders of Canada and Chile, " +
  "who agreed to cut tariffs on 437,079 farm goods.";

test("strict sentences are told at the end, and fewer of them say what the article does not", () =>
  onPage(open.address, async (page) => {
    const faults = [];
    for (const [isStrict, translated] of [[false, 1], [true, 8]]) {
      await page.locator("#article").fill(`${HARD}\n${EXAMPLE}`);
      await page.getByLabel("Strict").setChecked(isStrict);
      await holdStream(page, "sentence");
      await primary(page).click();
      await sentence(page, "es", 0).waitFor();
      assert.match(await page.locator(".status").innerText(), new RegExp(`sentence ${translated} of 8`));
      await releaseStream(page);
      await done(page);
      assert.equal((await downloaded(page, "json")).receipt.recipe.strict, isStrict);
      faults.push(await page.locator(".notes .fault").count());
      await page.getByRole("button", { name: "New article" }).click();
    }
    assert.ok(faults[1] < faults[0], `${faults}`);
  }, { path: "/#/?sentences=8" }));

async function downloaded(page, kind) {
  await page.locator(".take select").selectOption(kind);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  return JSON.parse(readFileSync(await (await download).path(), "utf8"));
}
