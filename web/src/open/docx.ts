import mammoth from "mammoth/mammoth.browser.min.js";
import { blocks } from "./blocks";
import { MOST_UNPACKED_BYTES } from "./limits";
import { Refusal, type Opened } from "./refusal";
import { unpackedBytes } from "./zip";

// Notes and the marks that lead to them, as mammoth names them.
const NOTES = '[id^="footnote-"], [id^="endnote-"]';

/** The text of a Word file, by way of markup: mammoth's plain text joins what a line break parts. */
export async function readDocx(content: ArrayBuffer): Promise<Opened> {
  if (unpackedBytes(content) > MOST_UNPACKED_BYTES) throw new Refusal("open.unpacked");
  const { value } = await mammoth.convertToHtml({ arrayBuffer: content }, { convertImage: withoutPictures });
  const page = new DOMParser().parseFromString(value, "text/html");
  for (const note of page.querySelectorAll(NOTES)) note.remove();
  return { text: blocks(page.body) };
}

// Each would be written into the markup, byte by byte.
const withoutPictures = mammoth.images.imgElement(() => Promise.resolve({ src: "" }));
