import type { TargetKind } from "#lib/revocations/model.ts";

/** Where what an order is upon can be seen; everything is the whole register, a frozen selection has no page. */
export function targetHref({ kind, id }: { kind: TargetKind; id: string }): string | null {
  const value = encodeURIComponent(id);
  switch (kind) {
    case "token":
      return `/tokens/${value}`;
    case "user":
      return `/users/${value}`;
    case "client":
      return `/clients/${value}`;
    case "family":
    case "session":
    case "permission":
    case "group":
    case "audience":
      return `/tokens?${kind}=${value}`;
    case "signing_key":
      return `/tokens?key=${value}`;
    case "everything":
      return "/tokens";
    case "selection":
      return null;
    default:
      return kind satisfies never;
  }
}
