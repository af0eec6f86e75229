import { Readability } from "@mozilla/readability";
import { blocks } from "./blocks";
import { readPlain } from "./plain";
import type { Opened } from "./refusal";

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
