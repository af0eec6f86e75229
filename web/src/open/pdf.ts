import { getDocument, GlobalWorkerOptions, VerbosityLevel, type PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.min.mjs";
import workerAddress from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { joinPages } from "./paragraphs";
import { Refusal, type Opened } from "./refusal";

GlobalWorkerOptions.workerSrc = workerAddress;

export async function readPdf(content: ArrayBuffer): Promise<Opened> {
  await fetchWorker();
  const loading = getDocument({
    data: new Uint8Array(content), useWasm: false, disableFontFace: true, verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await loading.promise.catch(refuse);
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number++) pages.push(await textOf(await document.getPage(number)));
    const text = joinPages(pages);
    if (!text) throw new Refusal("open.scan");
    return { text };
  } finally {
    await loading.destroy();
  }
}

/** Into the browser's cache: pdf.js itself never tries again where its worker could not be fetched once. */
async function fetchWorker(): Promise<void> {
  const isFetched = async () => {
    const response = await fetch(workerAddress);
    await response.arrayBuffer();
    return response.ok;
  };
  if (!(await isFetched().catch(() => false))) throw new Refusal("open.offline");
}

function refuse(error: unknown): never {
  throw new Refusal(error instanceof Error && error.name === "PasswordException" ? "open.password" : "open.damaged");
}

/** The lines of a page; a line that is far below the one before begins a new paragraph. */
async function textOf(page: PDFPageProxy): Promise<string> {
  const { items } = await page.getTextContent();
  let text = "";
  let before = Number.NaN;
  for (const item of items) {
    if (!("str" in item)) continue;
    const [, , , , , y] = item.transform as number[];
    if (y !== undefined && item.str && before - y > item.height * 1.9) text = `${text.trimEnd()}\n\n`;
    if (item.str) before = y ?? before;
    text += item.str + (item.hasEOL ? "\n" : "");
  }
  return text;
}
