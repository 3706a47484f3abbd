/** What may stand between a log's chart and its rows: how many uses have which value; of what is followed, where it was used and what it called. */
export type Fold = "counts" | "places";
