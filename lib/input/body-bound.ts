/** The most that a route of the API takes as its body. */
export const MAX_JSON_BYTES = 256 * 1024;

/** The same of the forms of sign-in. */
export const MAX_FORM_BYTES = 16 * 1024;

/** The most that what stands at an address takes. */
export function maxBytesOf(url: string): number {
  return url.startsWith("/api/auth/") ? MAX_FORM_BYTES : MAX_JSON_BYTES;
}

/** Why a larger one is refused, in words. */
export function tooLargeWords(maxBytes: number): string {
  return `The body is larger than ${maxBytes / 1024} KiB.`;
}
