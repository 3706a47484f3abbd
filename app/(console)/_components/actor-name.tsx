import Link from "next/link";
import { visibleText } from "#lib/input/visible-text.ts";

const PAGES: Record<string, string> = { client: "/clients", user: "/users" };

/** Who did something, with the way to a client's or a user's page. */
export function ActorName({ actor }: { actor: { kind: string; id: string; name: string } }) {
  const page = Object.hasOwn(PAGES, actor.kind) ? PAGES[actor.kind] : undefined;
  if (page === undefined) return visibleText(actor.name);
  return (
    <Link prefetch={false} href={`${page}/${encodeURIComponent(actor.id)}`}>
      {visibleText(actor.name)}
    </Link>
  );
}
