type Connection = { saveData?: boolean };

/** Not in every browser. */
const later = (ask: () => void) =>
  typeof requestIdleCallback === "function" ? requestIdleCallback(ask) : setTimeout(ask, 1_000);

/** Asks ahead for what is likely to be needed: once the page is loaded and the browser has nothing to do, and not where its person saves data. */
export function whenIdle(ask: () => void): () => void {
  const { connection } = navigator as Navigator & { connection?: Connection };
  let isWanted = connection?.saveData !== true;
  const askNow = () => (isWanted ? ask() : undefined);
  const wait = () => void later(askNow);
  if (document.readyState === "complete") wait();
  else window.addEventListener("load", wait, { once: true });
  return () => {
    isWanted = false;
  };
}
