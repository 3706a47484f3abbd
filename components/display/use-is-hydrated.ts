import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * False while the page is as the server wrote it, true from then on: what is drawn later knows it in its first render. A state that is set once mounted has each drawn twice.
 */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
