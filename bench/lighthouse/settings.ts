/** The five main pages. */
export const PAGES = ["/", "/tokens", "/audit", "/clients", "/keys"] as const;
export type MeasuredPage = (typeof PAGES)[number];

/** With nothing else to do, and with the sample organisation's traffic, each page drawn again as it comes. */
export const WAYS = ["at rest", "with traffic"] as const;
export type Way = (typeof WAYS)[number];

/** The least score that is asked of each page, in each category. */
export const GOAL = 95;

/** Of these the score is taken, by Lighthouse's own names. */
export const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
export type Category = (typeof CATEGORIES)[number];

/** A page never comes to rest while there is traffic, as a live connection stays open: then Lighthouse looks at what there is. */
export const PAGE_WAIT_MS = 12_000;
/** No measurement is waited for longer. */
export const PAGE_MAX_MS = 90_000;
