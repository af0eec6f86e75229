import { beforeEach, expect, it } from "vitest";
import { aside, draft, notices, putBack, replaceDraft } from "../../src/state/draft";
import { openFiles } from "../../src/state/files";
import { EXAMPLE } from "../../src/text/example";

const list = (...files: File[]) => files as unknown as FileList;

/** A file whose text comes when `come` is called. */
function slow(name: string, text: string): { file: File; come: () => void } {
  const file = new File([text], name);
  let come = () => {};
  const content = new Promise<ArrayBuffer>((resolve) => (come = () => resolve(new TextEncoder().encode(text).buffer as ArrayBuffer)));
  file.arrayBuffer = () => content;
  return { file, come };
}

beforeEach(() => {
  draft.value = aside.value = "";
});

it("a text of one's own that another takes the place of can be put back", () => {
  draft.value = "Mine.";
  replaceDraft(EXAMPLE);
  expect([draft.value, aside.value]).toEqual([EXAMPLE, "Mine."]);
  putBack();
  expect([draft.value, aside.value]).toEqual(["Mine.", ""]);
});

it("the example and an empty editor are nobody's own", () => {
  replaceDraft(EXAMPLE);
  replaceDraft("Other.");
  expect(aside.value).toBe("");
});

it("of files that are opened one after the other the last one stays, whichever is read first", async () => {
  const [one, two] = [slow("one.txt", "One."), slow("two.txt", "Two.")];
  const both = [openFiles(list(one.file)), openFiles(list(two.file))];
  two.come();
  await both[1];
  one.come();
  await both[0];
  expect(draft.value).toBe("Two.");
  expect(notices.value.map(({ key, params }) => [key, params["name"]])).toEqual([["article.opened", "two.txt"]]);
});

it("a file that is read slowly leaves what was typed meanwhile", async () => {
  const { file, come } = slow("one.txt", "One.");
  const opening = openFiles(list(file));
  draft.value = "Typed.";
  come();
  await opening;
  expect(draft.value).toBe("Typed.");
  expect(notices.value.map(({ key }) => key)).toEqual(["open.changed"]);
});
