import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { valueWords } from "./change-words.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;

/** Fields that hold the id of something with a page. */
const PAGES: Record<string, { what: string; href: (id: string) => string }> = {
  orderId: { what: "order id", href: (id) => `/orders/${id}` },
  cancels: { what: "order id", href: (id) => `/orders/${id}` },
  userId: { what: "user id", href: (id) => `/users/${id}` },
  verifierId: { what: "verifier id", href: (id) => `/verifiers/${id}` },
  tokenId: { what: "token id", href: (id) => `/tokens/${id}` },
  presentedTokenId: { what: "token id", href: (id) => `/tokens/${id}` },
  approval: { what: "approval id", href: (id) => `/approvals/${id}` },
  breakGlass: { what: "break-glass id", href: (id) => `/approvals/${id}` },
  familyId: { what: "family id", href: (id) => `/families/${id}` },
};

/** What a field was or is: an instant, a thing with a page, or its words. */
export function ChangedValue({ name, value }: { name: string; value: unknown }) {
  if (typeof value === "string" && INSTANT.test(value)) return <Instant at={value} show="exact" focusable />;
  const page = Object.hasOwn(PAGES, name) ? PAGES[name] : undefined;
  if (page !== undefined && typeof value === "string")
    return <IdText id={value} what={page.what} href={page.href(value)} head={8} />;
  return valueWords(name, value);
}
