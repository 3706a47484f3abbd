import type { SpotlightStore } from "@mantine/spotlight";

/** Calls `onClosed` in the moment in which the spotlight closes: what it says of that itself comes after a drawing or two, and the next key may come before. Returns how to stop. */
export function whenClosed(store: SpotlightStore, onClosed: () => void): () => void {
  let wasOpen = store.getState().opened;
  const stop = store.subscribe(({ opened }) => {
    const hasClosed = wasOpen && !opened;
    wasOpen = opened;
    if (hasClosed) onClosed();
  });
  return () => void stop();
}
