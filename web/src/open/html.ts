import { Readability } from "@mozilla/readability";
import { readPlain } from "./plain";
import type { Opened } from "./refusal";

const BLOCKS = "p,h1,h2,h3,h4,h5,h6,li,blockquote,pre,td,th,dt,dd,figcaption,div,section,article";

/** The article of a page. Nothing of it runs or is fetched: it is read in a document that is never shown. */
export function readHtml(content: ArrayBuffer): Opened {
  const { text: markup, notice } = readPlain(content);
  const page = new DOMParser().parseFromString(markup, "text/html");
  const whole = page.cloneNode(true) as Document;
  const article = new Readability(page).parse();
  const found = article?.content ? new DOMParser().parseFromString(article.content, "text/html") : whole;
  const title = article?.title?.trim();
  const text = blocks(found.body.textContent?.trim() ? found.body : whole.body);
  const isTitled = !title || text.startsWith(title);
  return { text: isTitled ? text : `${title}\n\n${text}`, ...(notice && { notice }) };
}

/** The text of a body, a blank line between its blocks. */
function blocks(body: HTMLElement): string {
  for (const hidden of body.querySelectorAll("script,style,noscript,template,svg")) hidden.remove();
  for (const line of body.querySelectorAll("br")) line.replaceWith("\n");
  for (const block of body.querySelectorAll(BLOCKS)) block.append("\n\n");
  const lines = (body.textContent ?? "").split(/\n\s*\n/).map((line) => line.replace(/\s+/g, " ").trim());
  return lines.filter(Boolean).join("\n\n");
}
