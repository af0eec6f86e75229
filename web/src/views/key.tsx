import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { isRemembered, key, keyDialog, setKey } from "../state/key";
import { readService } from "../state/service";

export function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOurs = useRef(false); // the closing that will be told of
  const state = keyDialog.value;
  useEffect(() => {
    if (state !== "closed" && !dialog.current?.open) dialog.current?.showModal();
    if (state !== "closed" || !dialog.current?.open) return;
    isOurs.current = true;
    dialog.current.close();
  }, [state]);
  const closed = () => {
    // A browser tells of it later, when a refusal may ask anew: only what the reader closed is news.
    if (!isOurs.current) keyDialog.value = "closed";
    isOurs.current = false;
  };
  return (
    <dialog ref={dialog} aria-labelledby="key-title" onClose={closed}>
      {state !== "closed" && <KeyForm wasRefused={state === "refused"} />}
    </dialog>
  );
}

function KeyForm({ wasRefused }: { wasRefused: boolean }) {
  const [value, setValue] = useState(key.value);
  const [remember, setRemember] = useState(isRemembered());
  const [isShown, setShown] = useState(false);
  return (
    <div class="form">
      <h2 id="key-title">{t("key.title")}</h2>
      {wasRefused && <p class="notice refused" role="alert">{t("key.refused")}</p>}
      <p class="hint" id="key-hint">{t("key.hint")}</p>
      <label class="field">
        <span>{t("key")}</span>
        <input type={(isShown ? "text" : "password") as "password"} autocomplete="off" spellcheck={false} value={value} autofocus
          aria-describedby="key-hint" onInput={(event) => setValue(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && use(value, remember)} />
      </label>
      <label class="check"><input type="checkbox" checked={isShown} onChange={() => setShown(!isShown)} /><span>{t("key.show")}</span></label>
      <label class="check"><input type="checkbox" checked={remember} onChange={() => setRemember(!remember)} /><span>{t("key.remember")}</span></label>
      <div class="actions">
        <button type="button" class="primary" onClick={() => use(value, remember)}>{t("key.save")}</button>
        {key.value && <button type="button" onClick={() => use("", false)}>{t("key.forget")}</button>}
        <button type="button" onClick={() => (keyDialog.value = "closed")}>{t("close")}</button>
      </div>
    </div>
  );
}

function use(value: string, remember: boolean): void {
  setKey(value.trim(), remember);
  keyDialog.value = "closed";
  void readService();
}
