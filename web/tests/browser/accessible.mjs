// axe on each view, in light and dark, in both languages.
import { test } from "node:test";
import { accessible, done, holdStream, onPage, primary, releaseStream, sentence } from "./browser.mjs";
import { keyed, open } from "./services.mjs";

for (const colorScheme of ["light", "dark"]) {
  for (const locale of ["en-GB", "es-ES"]) {
    const how = { colorScheme, locale };
    const name = `${colorScheme}, ${locale}`;

    test(`axe finds nothing serious: ${name}`, () =>
      onPage(open.address, async (page) => {
        await page.locator("details summary").click();
        await accessible(page, `start, ${name}`);
        await holdStream(page, "sentence");
        await page.locator(".editor-head button", { hasText: /Example|ejemplo/ }).click();
        await primary(page).click();
        await sentence(page, "es", 0).waitFor();
        await accessible(page, `running, ${name}`);
        await releaseStream(page);
        await done(page);
        await page.locator(".facts tbody button").first().click();
        await accessible(page, `result, ${name}`);
        for (const view of ["models", "history"]) {
          await page.locator(`.views a[href^="#/${view}"]`).click();
          await page.locator(".model, .entry").first().waitFor();
          await accessible(page, `${view}, ${name}`);
        }
      }, how));

    test(`axe finds nothing serious in the key's dialog and in errors: ${name}`, () =>
      onPage(keyed.address, async (page) => {
        await page.locator("dialog[open]").waitFor();
        await accessible(page, `key, ${name}`);
        await page.keyboard.press("Escape");
        await page.locator(".views a").nth(1).click();
        await page.locator(".problem").waitFor();
        await accessible(page, `error, ${name}`);
      }, { ...how, allowed: /401/ }));
  }
}
