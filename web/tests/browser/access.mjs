// Keys, limits and models.
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, onPage, primary, summarizeExample, focusOn } from "./browser.mjs";
import { hub, keyed, limited } from "./services.mjs";

const enter = async (page, key) => {
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByLabel("Key", { exact: true }).fill(key);
  await dialog.getByRole("button", { name: "Use this key" }).click();
};

const card = (page) => page.locator('[data-model="opus-mt-en-es"]');
const stored = (page) => page.evaluate(() => [sessionStorage.getItem("breve.key"), localStorage.getItem("breve.key")]);

test("a key is asked for, kept for the tab, and on the device only if wanted", () =>
  onPage(keyed.address, async (page) => {
    await enter(page, "breve_00000000_wrong");
    await page.getByText("does not know the one that was sent").waitFor();
    await enter(page, keyed.keys.reader);
    await summarizeExample(page);
    assert.deepEqual(await stored(page), [keyed.keys.reader, null]);
    await page.getByRole("button", { name: "Key" }).click();
    await page.getByLabel("Remember it on this device").check();
    await page.getByRole("button", { name: "Use this key" }).click();
    assert.deepEqual(await stored(page), [null, keyed.keys.reader]);
    assert.doesNotMatch(page.url(), /breve_/);
  }, { allowed: /401/ }));

test("a key without the manage scope is told so", () =>
  onPage(keyed.address, async (page) => {
    await enter(page, keyed.keys.reader);
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("button", { name: "Fetch opus-mt-en-es" }).click();
    const problem = card(page).locator('.problem[data-code="forbidden"]');
    assert.match(await problem.innerText(), /lacks the manage scope[\s\S]*breve keys create NAME --scope use --scope manage/);
    await problem.getByRole("button", { name: "Try again" }).click();
    await problem.waitFor();
    await focusOn(page, "opus-mt-en-es");
  }, { allowed: /401|403/ }));

test("a model is fetched with progress, loaded, unloaded, and removed after a question", () =>
  onPage(keyed.address, async (page) => {
    await enter(page, keyed.keys.operator);
    await page.getByRole("link", { name: "Models" }).click();
    await page.getByRole("button", { name: "Fetch opus-mt-en-es" }).click();
    const progress = card(page).locator("progress");
    const share = () => progress.evaluate((bar) => bar.value / bar.max);
    await page.waitForFunction(() => {
      const bar = document.querySelector('[data-model="opus-mt-en-es"] progress');
      return bar && bar.max > 1 && bar.value > bar.max / 4;
    });
    assert.ok((await share()) < 1);
    assert.match(await card(page).locator(".amount").innerText(), /[kM]B of 3\sMB/);
    await card(page).getByRole("button", { name: "Stop watching" }).click();
    await page.getByText("No longer watched").waitFor();
    assert.equal(await card(page).getAttribute("data-state"), "downloading");
    assert.ok((await share()) > 0.25);
    await page.getByRole("button", { name: "Watch opus-mt-en-es being fetched" }).click();
    await card(page).getByRole("button", { name: "Stop watching" }).waitFor();
    hub.release();
    await page.getByText("opus-mt-en-es is installed").waitFor();
    await page.getByRole("button", { name: "Load opus-mt-en-es" }).click();
    await page.locator('[data-model="opus-mt-en-es"][data-state="loaded"]').waitFor();
    assert.match(await card(page).innerText(), /On disk: .*MB[\s\S]*In memory: /);
    await page.getByRole("button", { name: "Unload opus-mt-en-es from memory" }).click();
    await page.locator('[data-model="opus-mt-en-es"][data-state="ready"]').waitFor();
    await page.getByRole("button", { name: "Load opus-mt-en-es" }).click();
    await page.locator('[data-model="opus-mt-en-es"][data-state="loaded"]').waitFor();
    await page.getByRole("button", { name: "Remove opus-mt-en-es" }).click();
    await card(page).locator(".sure button:focus", { hasText: "Keep it" }).press("Enter");
    assert.equal(await card(page).getAttribute("data-state"), "loaded");
    await focusOn(page, "Remove opus-mt-en-es");
    await page.getByRole("button", { name: "Remove opus-mt-en-es" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.locator('[data-model="opus-mt-en-es"][data-state="available"]').waitFor();
    await page.getByText("was removed").waitFor();
    await focusOn(page, "opus-mt-en-es");
  }, { allowed: /401/ }));

test("what others do with models is seen without asking", () =>
  onPage(keyed.address, async (page) => {
    await page.clock.install();
    await enter(page, keyed.keys.reader);
    await page.getByRole("link", { name: "Models" }).click();
    await page.locator('[data-model="es-en-tiny"][data-state="ready"]').waitFor();
    const headers = { authorization: `Bearer ${keyed.keys.operator}` };
    const loaded = await fetch(`${keyed.address}/v1/models/es-en-tiny/load`, { method: "POST", headers });
    assert.equal(loaded.status, 200);
    await page.clock.runFor(10_000);
    await page.locator('[data-model="es-en-tiny"][data-state="loaded"]').waitFor();
  }, { allowed: /401/ }));

test("who asks too much is told how long to wait, and may then try again", () =>
  onPage(limited.address, async (page) => {
    await page.clock.install();
    await page.locator(".editor-head button", { hasText: "Example" }).click();
    for (;;) {
      await primary(page).click();
      const problem = page.locator('.problem[data-code="rate_limited"]');
      await problem.or(page.locator(".status.done")).first().waitFor();
      if (await problem.count()) break;
    }
    await page.getByRole("button", { name: /Try again in \d+\ss/ }).waitFor();
    // What ticks there would be read out every second.
    assert.doesNotMatch(await page.getByRole("alert").innerText(), /\d+\ss/);
    await page.clock.runFor(61_000);
    assert.ok(await page.getByRole("button", { name: "Try again", exact: true }).isEnabled());
  }, { allowed: /429/ }));

test("a service that cannot be reached is told of", () =>
  onPage(keyed.address, async (page) => {
    await enter(page, keyed.keys.reader);
    await page.locator(".editor-head button", { hasText: "Example" }).click();
    await page.context().setOffline(true);
    await primary(page).click();
    await page.locator('.problem[data-code="unreachable"]').waitFor();
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await done(page);
  }, { allowed: /401|ERR_INTERNET_DISCONNECTED/ }));
