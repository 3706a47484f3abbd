/**
 * Addresses that may stand in an envelope and a header as they are: no quotes, comments, lists or control characters, ASCII alone. Whoever has a stranger one cannot be
 * written to from here. Browser-safe.
 *
 * @see RFC 5321 section 4.1.2, dot-string and domain
 */
const MAILABLE =
  /^(?=.{6,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?=.{4,}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

export function isMailable(address: string): boolean {
  return MAILABLE.test(address) && address.indexOf("@") <= 64;
}

/** The part behind the `@`. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
