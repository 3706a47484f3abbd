import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { type Addressee, notify } from "../notifications/notify.ts";
import { whoWords } from "./who-words.ts";

// who was invited and never here has no way in that could change
const WERE_HERE = `
  SELECT id, email, name FROM admin
  WHERE id = ANY ($1::uuid[]) AND (password_hash IS NOT NULL OR last_sign_in_at IS NOT NULL) ORDER BY id`;

type ByAnother = {
  /** Whose way in it is. */
  adminIds: readonly string[];
  /** As a sentence without its full stop: "Your account was disabled". */
  what: string;
  /** What they did, as it goes on after who did: "disabled it." */
  did: string;
  /** What it means for them and what there is to do, in sentences. */
  means: string;
  /** What they did it to; the admin, of one, unless told. */
  subject?: { kind: string; id: string; name: string };
  /** Who did it, where it is not who asks: a provider, by what it says of somebody. */
  who?: string;
};

/**
 * Tells admins that another changed how, or whether, they come in: an owner, an API token, whoever holds the machine, a provider. By every way there is, whatever they chose, and who is shut out by
 * it too. Call it before what they have is taken away.
 */
export async function tellWayInByAnother(
  tx: Sql,
  ctx: Context,
  { adminIds, what, did, means, subject, who = whoWords(ctx) }: ByAnother,
): Promise<void> {
  if (adminIds.length === 0) return;
  const told = await tx.query<Addressee>(WERE_HERE, [adminIds]);
  const [first] = told;
  if (first === undefined) return;
  const about = subject ?? { kind: "admin", id: first.id, name: first.email };
  await notify(tx, ctx, {
    kind: "way_in_changed",
    key: `way in ${ctx.requestId} ${about.id} ${what}`,
    title: what,
    text: `${who} ${did} ${means}`,
    path: "/account",
    subject: about,
    tone: "warning",
    exactly: told,
  });
}
