const SENTENCE_END = /[.!?…]["'”’»)\]]*$/;

/** The text of pages one after the other. A sentence that a page's end cuts goes on. */
export function joinPages(pages: string[]): string {
  const parts = pages.map((page, index) => withoutNumber(page, index + 1)).filter(Boolean);
  return joinLines(parts.reduce((text, page) => `${text}${SENTENCE_END.test(text) ? "\n\n" : "\n"}${page}`, ""));
}

/** The page without its own number, where that stands alone above or below the text. */
function withoutNumber(page: string, number: number): string {
  const alone = `[-–—\\s]*${number}[-–—\\s]*`;
  return page.replace(new RegExp(`^${alone}\\n\\s*\\n|\\n\\s*\\n${alone}$`, "g"), "").trim();
}

/** Lines of one paragraph in one; words that were broken at a line's end are whole again. */
function joinLines(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/(\p{L})-\n(\p{Ll})/gu, "$1$2").replace(/\s+/g, " ").trim())
    .filter(Boolean)
    .join("\n\n");
}
