import text from "./example.txt?raw";

export const EXAMPLE = text.trimEnd();
