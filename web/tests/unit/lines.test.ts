import { expect, it } from "vitest";
import { lines } from "../../src/api/lines";

const stream = (...pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

it("lines are whole wherever the bytes are cut, also within a character", async () => {
  const bytes = new TextEncoder().encode('{"a":"ñ"}\n\n{"b":"€"}');
  for (let at = 0; at <= bytes.length; at++) {
    const found: string[] = [];
    for await (const line of lines(stream(bytes.slice(0, at), bytes.slice(at)))) found.push(line);
    expect(found).toEqual(['{"a":"ñ"}', '{"b":"€"}']);
  }
});
