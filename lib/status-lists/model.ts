/** Token status lists, for every layer; browser-safe. @see draft-ietf-oauth-status-list-21 */

/** Bits that each token has in a list. @see draft-ietf-oauth-status-list-21 section 4.1 */
export const STATUS_BITS = 2;

/** What two bits say. @see draft-ietf-oauth-status-list-21 section 7.1 */
export const TOKEN_STATUS = { valid: 0, invalid: 1, suspended: 2 } as const;
export type TokenStatus = (typeof TOKEN_STATUS)[keyof typeof TOKEN_STATUS];

/** Indexes of a list: enough that who asks for one gives nothing away about whose token it is for. */
export const LIST_SIZE = 2 ** 20;

/** Indexes of a list are handed out for so long at most; then the next list begins. */
export const LIST_OPEN_MS = 86_400_000;

/** Seconds that a list is kept, here and by whoever fetched it. */
export const LIST_TTL_SECONDS = 30;

/** Seconds after which a list says nothing any more: fetched when it was as old as it gets, and kept for as long as it may be. */
export const LIST_LIFETIME_SECONDS = 2 * LIST_TTL_SECONDS;

/** Seconds after which a list that nothing has changed is signed anew: who keeps a shorter bound than its lifetime goes by when it was signed. */
export const LIST_SIGNED_EVERY_SECONDS = 5;

/** The path of the aggregation; a list's is below it. */
export const STATUS_LISTS_PATH = "/status-lists";

/** The address of a list, which is also its name. */
export function statusListUri(issuer: string, id: number): string {
  return `${issuer}${STATUS_LISTS_PATH}/${id}`;
}
