import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { Banner } from "#components/frame/banner.tsx";
import type { Database } from "#lib/db/database.ts";
import { readBreakGlassSignIns } from "#lib/sign-in-providers/sign-in-policy.ts";
import { breakGlassWords as words } from "./break-glass-words.ts";

/** For how long it stands before every owner, on every page; the list under Sign-in has those before. */
const SHOWN_DAYS = 1;

/** Who came in by break-glass within the last day, for owners. */
export async function BreakGlassNotice({ db, now }: { db: Database; now: Date }) {
  const [newest, ...more] = await readBreakGlassSignIns(db, now, SHOWN_DAYS);
  if (newest === undefined) return null;
  return (
    <Banner label={words.title}>
      <strong>{words.title}</strong>: {words.who(newest.admin.name, more.length)}{" "}
      <Instant at={newest.at} focusable />.{" "}
      <Link prefetch={false} href="/settings/sign-in">
        {words.where}
      </Link>
    </Banner>
  );
}
