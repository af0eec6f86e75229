import { describe, expect, it } from "vitest";
import { EventParser } from "../../src/api/sse";

const all = (...pieces: string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe("server-sent events", () => {
  const two = 'event: plan\ndata: {"a":1}\n\nevent: done\ndata: {}\n\n';
  const expected = [{ name: "plan", data: '{"a":1}' }, { name: "done", data: "{}" }];

  it("are the same wherever the pieces end", () => {
    for (let at = 0; at <= two.length; at++) expect(all(two.slice(0, at), two.slice(at))).toEqual(expected);
    expect(all(...two)).toEqual(expected);
  });

  it("may end their lines with CRLF or CR, also across pieces", () => {
    const crlf = two.replaceAll("\n", "\r\n");
    for (let at = 0; at <= crlf.length; at++) expect(all(crlf.slice(0, at), crlf.slice(at))).toEqual(expected);
    expect(all(two.replaceAll("\n", "\r"), "\n")).toEqual(expected);
  });

  it("have data of several lines joined", () => {
    expect(all("data: one\ndata:two\ndata\n\n")).toEqual([{ name: "message", data: "one\ntwo\n" }]);
  });

  it("skip comments, unknown fields, and events without data", () => {
    expect(all(": working\n\n", "event: empty\n\n", "id: 7\nretry: 1\nother\ndata: x\n\n")).toEqual([
      { name: "message", data: "x" },
    ]);
  });

  it("are not told before they are whole", () => {
    expect(all("event: done\ndata: {}\n")).toEqual([]);
  });
});
