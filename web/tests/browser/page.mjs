// The page itself: its weight, its languages, keyboards, phones, and what hostile articles do to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, onPage, primary, sentence, summarizeExample, summarizeText, focusOn } from "./browser.mjs";
import { open } from "./services.mjs";

const MOST_BYTES = 150_000;

test("the first load is light, and under a strict policy", () =>
  onPage(open.address, async (page) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    const sizes = [];
    page.on("requestfinished", (request) => sizes.push(request.sizes()));
    const response = await page.reload({ waitUntil: "networkidle" });
    assert.match(response.headers()["content-security-policy"], /default-src 'none'.*script-src 'self'/);
    const total = (await Promise.all(sizes)).reduce((sum, one) => sum + one.responseBodySize + one.responseHeadersSize, 0);
    const interactive = await page.evaluate(() => performance.getEntriesByName("interactive")[0].startTime);
    console.log(`[page] first load: ${total} bytes in ${sizes.length} requests; interactive after ${Math.round(interactive)} ms`);
    assert.ok(total < MOST_BYTES, `${total} bytes`);
    const inline = "script:not([src]), style, [style], [onclick], [onload]";
    assert.equal(await page.locator(inline).count(), 0);
  }));

test("the interface follows the browser's language, and the switch", () =>
  onPage(open.address, async (page) => {
    assert.equal(await primary(page).innerText(), "Resumir");
    assert.equal(await page.locator("html").getAttribute("lang"), "es");
    await page.getByRole("button", { name: "EN: Inglés" }).click();
    assert.equal(await primary(page).innerText(), "Summarise");
    assert.match(page.url(), /lang=en/);
    await page.goto(`${open.address}/#/models?lang=es`);
    await page.getByRole("heading", { name: "Modelos" }).waitFor();
  }, { locale: "es-MX" }));

test("colours follow the device, and the switch, which is remembered", () =>
  onPage(open.address, async (page) => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.getByLabel("Colours").selectOption("light");
    assert.notEqual(await paper(), dark);
    await page.reload();
    assert.equal(await page.getByLabel("Colours").inputValue(), "light");
  }, { colorScheme: "dark" }));

test("everything can be done with the keyboard", () =>
  onPage(open.address, async (page) => {
    await tabTo(page, "Skip to the content");
    await tabTo(page, "Key");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await focusOn(page, "Key");
    await tabTo(page, "Models", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Models" }).waitFor();
    await tabTo(page, "Summarise", "Shift+Tab");
    await page.keyboard.press("Enter");
    await tabTo(page, "Example article");
    await page.keyboard.press("Enter");
    await tabTo(page, "Strict");
    await page.keyboard.press("Space");
    await tabTo(page, "Summarise");
    await page.keyboard.press("Enter");
    await done(page);
    await tabTo(page, "#sentence-en-0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await page.locator(".sentence.lit").evaluateAll((all) => all.map(({ id }) => id)), ["sentence-en-1", "sentence-es-1"]);
    await page.keyboard.press("Enter");
    await focusOn(page, "sentence-es-1");
    assert.equal(await sentence(page, "en", 1).getAttribute("aria-pressed"), "true");
    await tabTo(page, "Copy");
    await tabTo(page, "API");
  }));

/** Presses Tab, or what goes back, until what has the focus is called `name`, or has that id. */
async function tabTo(page, name, key = "Tab") {
  const focused = () => page.evaluate(() => {
    const element = document.activeElement;
    return [`#${element.id}`, element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.innerText];
  });
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    if ((await focused()).some((one) => one?.trim() === name)) return;
  }
  assert.fail(`no Tab leads to ${name}`);
}

const HOSTILE = [
  "<script>window.hacked = 1</script> The <b>minister</b> said on Monday that 12 bridges will open <img src=x onerror=\"window.hacked=2\">.",
  "</textarea><svg/onload=window.hacked=3><iframe srcdoc=\"<script>parent.hacked=4</script>\"></iframe> Works began in May 2025, the mayor said.",
  "<style>body{display:none}</style><a href=\"javascript:window.hacked=5\">The council</a> paid $3.2 billion & \"more\" &lt;i&gt; for {{constructor}} ${1+1}.",
  "<link rel=stylesheet href=https://evil.example/x.css><meta http-equiv=refresh content=\"0;url=https://evil.example\"> Nobody left the room.",
].join(" ");

test("an article of hostile markup is shown as text, and summarised", () =>
  onPage(open.address, async (page) => {
    await page.evaluate(() => document.addEventListener("securitypolicyviolation", () => (window.hacked = "tried")));
    await summarizeText(page, HOSTILE);
    await done(page);
    assert.equal(await page.locator(".source-text").evaluate((element) => element.textContent), HOSTILE);
    assert.equal(await page.locator("#page :is(script, iframe, img, style, link, meta, b, i, svg[onload])").count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.match(await page.locator("ol[lang=en]").innerText(), /minister|council|mayor/);
    await page.getByRole("link", { name: "History" }).click();
    await page.locator(".entry-open").click();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  }));
