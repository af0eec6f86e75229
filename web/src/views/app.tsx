import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { isDropping } from "../state/files";
import { place, type View } from "../state/settings";
import { Footer } from "./footer";
import { Header } from "./header";
import { HistoryView } from "./history";
import { KeyDialog } from "./key";
import { ModelsView } from "./models";
import { SummarizeView } from "./summarize";

const VIEWS: Record<View, () => preact.JSX.Element> = {
  summarize: SummarizeView, models: ModelsView, history: HistoryView,
};

export function App() {
  const view = place.value.view;
  const Shown = VIEWS[view];
  const main = useRef<HTMLElement>(null);
  const before = useRef(view);
  useEffect(() => {
    document.title = `Breve · ${t(`view.${view}`)}`;
    // Keyboards and screen readers go on where the new view begins.
    if (before.current !== view) main.current?.focus();
    before.current = view;
  });
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>{t("skip")}</button>
      <Header />
      <main ref={main} tabIndex={-1}><Shown /></main>
      <Footer />
      <KeyDialog />
      {isDropping.value && <p class="drop" aria-hidden="true">{t("article.drop")}</p>}
    </>
  );
}
