// Files that are opened, refused, dropped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onPage } from "./browser.mjs";
import { docx, encrypted, pdf } from "./documents.mjs";
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
      "c.docx": [docx(["Works begin in May.", "El año <b>nuevo</b>."]), /^Works begin in May\.\n\nEl año <b>nuevo<\/b>\.$/],
      "d.pdf": [pdf(["The council approved the", "plan on Monday."]), /^The council approved the plan on Monday\.$/],
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

test("a file is dropped anywhere on the editor", () =>
  onPage(open.address, async (page) => {
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array([0x41, 0xf1, 0x6f])], "old.txt", { type: "text/plain" }));
      return transfer;
    });
    await page.dispatchEvent(".compose", "drop", { dataTransfer: data });
    await page.getByText("was read as Windows-1252").waitFor();
    assert.equal(await page.locator("#article").inputValue(), "Año");
  }));
