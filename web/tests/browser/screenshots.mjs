// Takes the pictures in docs/page, which are looked at by people.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { closeBrowser, onPage, sentence, summarizeExample } from "./browser.mjs";
import { keyed, open, stopServices } from "./services.mjs";

const FOLDER = new URL("../../../docs/page/", import.meta.url);
mkdirSync(FOLDER, { recursive: true });

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

async function take(page, name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, FOLDER)), animations: "disabled", caret: "initial" });
}

/** To the top of what `selector` finds, without a way there. */
const scrollTo = (page, selector) =>
  page.locator(selector).first().evaluate((element) => scrollTo({ top: element.getBoundingClientRect().top + scrollY - 24, behavior: "instant" }));

const shoot = (name, how, work, service = open) =>
  onPage(service.address, async (page) => {
    await work(page);
    await take(page, name);
  }, { reducedMotion: "reduce", allowed: /401/, ...how });

const lit = async (page, language = "es") => {
  await summarizeExample(page);
  await sentence(page, language, 1).click();
};

await shoot("start", DESK, async (page) => page.locator(".editor-head button").nth(1).click());
await shoot("summary", DESK, async (page) => {
  await lit(page);
  await scrollTo(page, ".status");
});
await shoot("facts", DESK, async (page) => {
  await summarizeExample(page);
  await page.locator(".facts tr button").first().click();
  await scrollTo(page, ".checks-panel");
});
await shoot("dark", { ...DESK, colorScheme: "dark", locale: "es-ES" }, async (page) => {
  await lit(page);
  await scrollTo(page, ".status");
});
await shoot("options", DESK, async (page) => {
  await summarizeExample(page);
  await page.locator("details summary").click();
  await page.getByRole("button", { name: "Add a term" }).click();
  await page.getByLabel("Term", { exact: true }).fill("farm goods");
  await page.getByLabel("Use", { exact: true }).selectOption("es");
  await page.getByLabel("Translation", { exact: true }).fill("productos del campo");
});
await shoot("error", { ...DESK, path: "/#/?targets=fr", allowed: /422/ }, async (page) => {
  await page.locator(".editor-head button").nth(1).click();
  await page.locator(".compose button.primary").click();
  await page.locator(".problem").waitFor();
  await scrollTo(page, ".options");
});
await shoot("models", DESK, async (page) => {
  await page.locator(".views a").nth(1).click();
  await page.locator(".model").first().waitFor();
});
await shoot("key", DESK, (page) => page.locator("dialog[open]").waitFor(), keyed);
await shoot("pull", DESK, async (page) => {
  await page.locator("dialog input").first().fill(keyed.keys.operator);
  await page.keyboard.press("Enter");
  await page.locator(".views a").nth(1).click();
  await page.getByRole("button", { name: "Fetch opus-mt-en-es" }).click();
  await page.locator(".amount", { hasText: /MB of/ }).waitFor();
  await page.locator(".amount").scrollIntoViewIfNeeded();
}, keyed);
await shoot("phone", PHONE, async (page) => {
  await summarizeExample(page);
  await scrollTo(page, ".column-switch");
});
await shoot("phone-source", { ...PHONE, colorScheme: "dark", locale: "es-ES" }, async (page) => {
  await lit(page, "en");
  await scrollTo(page, ".column-switch");
});
await closeBrowser();
await stopServices();
