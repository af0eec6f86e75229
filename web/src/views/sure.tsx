import { useLayoutEffect, useRef } from "preact/hooks";
import { onPress } from "./press";

/** Asks once more, in the place of the button that was pressed. */
export function Sure({ title, question, yes, no, onYes, onNo }: {
  title: string; question: string; yes: string; no: string; onYes: () => void; onNo: () => void;
}) {
  const safe = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => safe.current?.focus(), []);
  return (
    <div class="sure" role="alertdialog" aria-label={title} onKeyDown={(event) => event.key === "Escape" && onNo()}>
      <p>{question}</p>
      <button type="button" class="danger" onClick={onPress(onYes)}>{yes}</button>
      <button ref={safe} type="button" onClick={onPress(onNo)}>{no}</button>
    </div>
  );
}
