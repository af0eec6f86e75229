import mammoth from "mammoth/mammoth.browser.min.js";
import type { Opened } from "./refusal";

export async function readDocx(content: ArrayBuffer): Promise<Opened> {
  const { value } = await mammoth.extractRawText({ arrayBuffer: content });
  return { text: value.replace(/\n{3,}/g, "\n\n").trim() };
}
