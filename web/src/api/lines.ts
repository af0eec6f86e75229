/** Text in pieces, and whole lines of it. */

export async function* decoded(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // Without this a reader that stops early leaves the connection open.
    await reader.cancel().catch(() => undefined);
  }
}

export async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of decoded(body)) {
    const found = (rest + piece).split("\n");
    rest = found.pop() ?? "";
    yield* found.filter((line) => line.trim() !== "");
  }
  if (rest.trim() !== "") yield rest;
}
