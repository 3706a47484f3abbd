/** Keys that stand in a set of their own: a resource server that does not look closely must not take what they sign for a token. */
const APART = new Set(["feed"]);

type Purposed = { purpose: string };

/** The keys of tokens and of whatever else a resource server or client may be shown: `/oauth/jwks`. */
export function isOfCommonSet(key: Purposed): boolean {
  return !APART.has(key.purpose);
}

/** The keys of the feed of revocations: `/revocations/jwks`. */
export function isOfFeed(key: Purposed): boolean {
  return key.purpose === "feed";
}
