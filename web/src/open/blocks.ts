const BLOCKS = "p,h1,h2,h3,h4,h5,h6,li,blockquote,pre,td,th,dt,dd,figcaption,div,section,article";

/** The text of a body, a blank line between its blocks. */
export function blocks(body: HTMLElement): string {
  for (const hidden of body.querySelectorAll("script,style,noscript,template,svg")) hidden.remove();
  for (const line of body.querySelectorAll("br")) line.replaceWith("\n");
  for (const block of body.querySelectorAll(BLOCKS)) {
    block.prepend("\n\n");
    block.append("\n\n");
  }
  const lines = (body.textContent ?? "").split(/\n\s*\n/).map((line) => line.replace(/\s+/g, " ").trim());
  return lines.filter(Boolean).join("\n\n");
}
