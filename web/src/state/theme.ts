import { effect, signal } from "@preact/signals";
import { keep, stored } from "./storage";

export type Theme = "auto" | "light" | "dark";

const NAME = "breve.theme";
const found = stored(NAME);

export const theme = signal<Theme>(found === "light" || found === "dark" ? found : "auto");

export function keepTheme(): void {
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    keep(NAME, theme.value);
  });
}
