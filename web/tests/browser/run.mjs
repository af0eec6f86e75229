// All tests of the page in a real browser, against the program that BREVE_BINARY names.
import { after } from "node:test";
import { closeBrowser } from "./browser.mjs";
import { stopServices } from "./services.mjs";

after(async () => {
  await closeBrowser();
  await stopServices();
});

for (const part of ["page", "phone", "path", "editor", "summarize", "large", "told", "files", "access", "accessible"]) await import(`./${part}.mjs`);
