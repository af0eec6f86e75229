import { expect, it } from "vitest";
import { ownName } from "../../src/state/storage";

it("names are the page's own below a path, and as ever at the root", () => {
  expect(ownName("breve.key", "https://host.example/#/models?length=short")).toBe("breve.key");
  expect(ownName("breve.key", "https://host.example/index.html")).toBe("breve.key");
  expect(ownName("breve.key", "https://host.example/a/breve/#/")).toBe("breve.key@/a/breve/");
});
