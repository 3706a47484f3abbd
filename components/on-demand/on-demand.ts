/** Code that comes when it is asked for, once for the whole page; what could not be had is asked for again the next time. */
export type OnDemand<T> = {
  /** What has come, or null. Never anything while a page is drawn for the first time. */
  readonly loaded: T | null;
  load(): Promise<T>;
};

export function onDemand<T>(load: () => Promise<T>): OnDemand<T> {
  let pending: Promise<T> | null = null;
  const one = {
    loaded: null as T | null,
    load() {
      pending ??= load().then(
        (loaded) => {
          one.loaded = loaded;
          return loaded;
        },
        (error) => {
          pending = null;
          throw error;
        },
      );
      return pending;
    },
  };
  return one;
}
