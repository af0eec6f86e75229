// Files that are opened, refused, dropped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onPage } from "./browser.mjs";
import { docx, encrypted, pdf, unpackingTo } from "./documents.mjs";
import { open } from "./services.mjs";

const PAGE = `<html><head><title>Bridges</title><script>window.hacked=1</script></head><body style="color:red">
<nav>Home News</nav><article><h1>Bridges</h1><p>The council approved <b>the plan</b> on Monday.</p>
<img src="https://evil.example/pixel.png" onerror="window.hacked=2"><p>Works begin in May &amp; end in June.</p></article></body></html>`;

const openFile = (page, name, buffer) =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });

test("text, pages, Word and PDF files are read, and nothing of them runs", () =>
  onPage(open.address, async (page) => {
    const files = {
      "a.txt": ["Works begin in May.\r\nYes.", /^Works begin in May\.\s+Yes\.$/],
      "b.html": [PAGE, /The council approved the plan on Monday\.\n\nWorks begin in May & end in June\.$/],
      "c.docx": [docx(["Works begin\nin May.", "El año <b>nuevo</b>."]), /^Works begin in May\.\n\nEl año <b>nuevo<\/b>\.$/],
      "d.pdf": [
        pdf(["The council approved the", "plan"], ["on Monday. Works begin."], ["It rains."]),
        /^The council approved the plan on Monday\. Works begin\.\n\nIt rains\.$/,
      ],
    };
    for (const [name, [content, expected]] of Object.entries(files)) {
      await openFile(page, name, content);
      await page.getByText(`“${name}” was opened`).waitFor();
      assert.match(await page.locator("#article").inputValue(), expected);
    }
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    // Told by the browser though the document is never shown.
  }, { allowed: /inline (style|event handler) violates.*html\.js/i }));

test("what cannot be opened is refused in words", () =>
  onPage(open.address, async (page) => {
    const files = {
      "old.doc": ["x", /old Word format/],
      "sheet.xlsx": ["x", /cannot be opened. What can be/],
      "huge.docx": [unpackingTo(200_000_000, docx(["Words."])), /unpacks to more than 100\sMB/],
      "broken.docx": ["PK no zip", /damaged, or not what its name says/],
      "broken.pdf": ["no pdf", /damaged, or not what its name says/],
      "scan.pdf": [pdf([]), /pages are pictures/],
      "secret.pdf": [encrypted(), /protected by a password/],
      "empty.txt": [" \n", /holds no text/],
    };
    for (const [name, [content, expected]] of Object.entries(files)) {
      await openFile(page, name, content);
      const notice = page.locator(".notice.refused", { hasText: name });
      await notice.waitFor();
      assert.match(await notice.innerText(), expected);
    }
  }));

test("a reader that cannot be fetched is told from a damaged file", () =>
  onPage(open.address, async (page) => {
    const parts = /docx\.js|pdf\.worker\.js/;
    await page.route(parts, (route) => route.abort());
    const files = [["a.docx", docx(["Works begin in May."])], ["b.pdf", pdf(["Works begin in May."])]];
    for (const [name, content] of files) {
      await openFile(page, name, content);
      await page.locator(".notice.refused", { hasText: name }).waitFor();
      assert.match(await page.locator(".notice.refused").innerText(), /could not be fetched/);
    }
    await page.unroute(parts);
    for (const [name, content] of files) {
      await openFile(page, name, content);
      await page.getByText(`“${name}” was opened`).waitFor();
    }
  }, { allowed: /ERR_FAILED/ }));

/** Drops a file, or text, on what `selector` finds; gives whether the page took it from the browser. */
const drop = (page, selector, what) =>
  page.locator(selector).evaluate((target, { text, bytes }) => {
    const dataTransfer = new DataTransfer();
    if (text) dataTransfer.setData("text/plain", text);
    else dataTransfer.items.add(new File([new Uint8Array(bytes)], "old.txt", { type: "text/plain" }));
    const events = ["dragover", "drop"].map((name) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
    return events.map((event) => !target.dispatchEvent(event));
  }, what);

const OLD = { bytes: [0x41, 0xf1, 0x6f] };

test("a file that is dropped anywhere is opened, and never gone to", () =>
  onPage(open.address, async (page) => {
    for (const [view, place] of [["Summarise", ".compose"], ["Models", ".footer"], ["History", "main h1"]]) {
      await page.getByRole("link", { name: view }).click();
      assert.deepEqual(await drop(page, place, OLD), [true, true]);
      await page.getByText("was read as Windows-1252").waitFor();
      assert.equal(await page.locator("#article").inputValue(), "Año");
      await page.getByRole("button", { name: "Clear" }).click();
    }
  }));

test("a text is dragged into the editor", () =>
  onPage(open.address, async (page) => {
    assert.deepEqual(await drop(page, "#article", { text: "Words." }), [false, false]);
    await page.locator(".intro h1").selectText();
    await page.locator(".intro h1").hover({ position: { x: 40, y: 12 } });
    await page.mouse.down();
    await page.locator("#article").hover();
    await page.locator("#article").hover({ position: { x: 60, y: 30 } });
    await page.mouse.up();
    await page.waitForFunction(() => document.querySelector("#article").value.includes("Summaries of news"));
    assert.match(await page.locator("#meter").innerText(), /^4\d characters/);
  }));
