// A phone: one column at a time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, done, holdStream, onPage, primary, releaseStream, sentence, summarizeExample } from "./browser.mjs";
import { open } from "./services.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

test("on a phone one column is shown at a time, and nothing is wider than the screen", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.ok(await fits());
    assert.ok(await sentence(page, "en", 0).isVisible());
    assert.ok(await sentence(page, "es", 0).isHidden());
    await page.locator(".column-switch").getByText("Spanish").click();
    await sentence(page, "es", 1).click();
    const passage = page.locator("mark.lit");
    await passage.waitFor();
    assert.match(await passage.innerText(), /^Canadian Prime Minister/);
    assert.ok(await sentence(page, "es", 1).isHidden());
    for (const view of ["Models", "History"]) {
      await page.getByRole("link", { name: view }).click();
      assert.ok(await fits());
    }
  }, PHONE));

test("on a phone a summary without the column that was looked at last shows its first one", () =>
  onPage(open.address, async (page) => {
    await summarizeExample(page);
    await page.locator(".column-switch").getByText("Spanish").click();
    await page.getByText("Models, languages, glossary").click();
    await page.locator(".targets").getByLabel("English").check();
    await primary(page).click();
    await done(page);
    assert.equal(await page.locator(".column-switch button").count(), 2);
    assert.ok(await sentence(page, "en", 0).isVisible());
  }, PHONE));

test("axe finds nothing serious on a phone, before, in and after a run", () =>
  onPage(open.address, async (page) => {
    await accessible(page, "phone, start");
    await page.locator(".editor-head button", { hasText: "Example" }).click();
    await holdStream(page, "sentence");
    await primary(page).click();
    await sentence(page, "en", 0).waitFor();
    await accessible(page, "phone, running");
    await releaseStream(page);
    await done(page);
    for (const column of ["Source", "Spanish"]) {
      await page.locator(".column-switch").getByText(column).click();
      await accessible(page, `phone, ${column}`);
    }
    await page.getByRole("link", { name: "Models" }).click();
    await page.locator(".model").first().waitFor();
    await accessible(page, "phone, models");
  }, PHONE));
