// The page below a path of a proxy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onPage, summarizeExample } from "./browser.mjs";
import { startProxy } from "./proxy.mjs";
import { keyed, open } from "./services.mjs";

test("below a path of a proxy everything stays below it", async () => {
  const proxy = await startProxy({ "/news/breve/": open.address });
  await onPage(proxy.address, async (page) => {
    const paths = new Set();
    page.on("request", (request) => paths.add(new URL(request.url()).pathname));
    await page.reload();
    await summarizeExample(page);
    await page.getByRole("link", { name: "Models" }).click();
    await page.locator('[data-model="extractive"]').waitFor();
    assert.ok(paths.has("/news/breve/v1/summarize") && paths.has("/news/breve/assets/app.js"));
    assert.deepEqual([...paths].filter((path) => !path.startsWith("/news/breve/")), []);
  }, { path: "/news/breve/" });
  await proxy.stop();
});

test("two services at one address have a key and a history of their own", async () => {
  const proxy = await startProxy({ "/one/": keyed.address, "/two/": open.address });
  const goTo = (page, path) => page.goto(proxy.address + path);
  const entries = async (page) => {
    await page.getByRole("link", { name: "History" }).click();
    await page.locator(".entry, main > p:has-text('Nothing yet')").first().waitFor();
    return page.locator(".entry").count();
  };
  await onPage(proxy.address, async (page) => {
    await page.getByRole("dialog").getByLabel("Key", { exact: true }).fill(keyed.keys.reader);
    await page.getByLabel("Remember it on this device").check();
    await page.getByRole("button", { name: "Use this key" }).click();
    await summarizeExample(page);
    assert.equal(await entries(page), 1);
    await goTo(page, "/two/");
    assert.equal(await entries(page), 0);
    assert.equal(await page.getByRole("button", { name: /^Key/ }).innerText(), "Key");
    await goTo(page, "/one/");
    assert.equal(await page.getByRole("button", { name: /^Key/ }).innerText(), "Key ✓");
    assert.equal(await entries(page), 1);
  }, { path: "/one/", allowed: /401/ });
  await proxy.stop();
});
