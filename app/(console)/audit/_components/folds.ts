/** What may stand between a log's chart and its rows: how many uses have which value; of what is followed, where it was used and what it called. */
const FOLDS = ["counts", "places"] as const;
export type Fold = (typeof FOLDS)[number];

/** What the address has open. Nobody keeps it: the log's own rows come first on each visit. */
export function openFolds(asked: string | string[] | undefined): Fold[] {
  const names = [asked ?? []].flat();
  return FOLDS.filter((fold) => names.includes(fold));
}

/** An address of the log with the same open. */
export function withFolds(address: string, folds: readonly Fold[]): string {
  const text = folds.map((fold) => `unfold=${fold}`).join("&");
  return text === "" ? address : `${address}${address.includes("?") ? "&" : "?"}${text}`;
}
