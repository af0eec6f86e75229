import { getDocument, GlobalWorkerOptions, VerbosityLevel, type PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.min.mjs";
import workerAddress from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { Refusal, type Opened } from "./refusal";

GlobalWorkerOptions.workerSrc = workerAddress;

export async function readPdf(content: ArrayBuffer): Promise<Opened> {
  const loading = getDocument({
    data: new Uint8Array(content), useWasm: false, disableFontFace: true, verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await loading.promise.catch(refuse);
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number++) pages.push(await textOf(await document.getPage(number)));
    const text = pages.join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
    if (!text) throw new Refusal("open.scan");
    return { text };
  } finally {
    await loading.destroy();
  }
}

function refuse(error: unknown): never {
  throw new Refusal(error instanceof Error && error.name === "PasswordException" ? "open.password" : "open.damaged");
}

/** The lines of a page as paragraphs: a line that is far below the one before begins a new one. */
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
  return joinLines(text);
}

/** Lines of one paragraph in one; words that were broken at a line's end are whole again. */
export function joinLines(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/(\p{L})-\n(\p{Ll})/gu, "$1$2").replace(/\s+/g, " ").trim())
    .filter(Boolean)
    .join("\n\n");
}
