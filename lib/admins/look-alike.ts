import { distance } from "fastest-levenshtein";
import type { Sql } from "../db/sql.ts";
import { skeletonOf } from "../people-imports/look-alikes.ts";
import type { LookAlike } from "./model.ts";

/** Of so many admins an address is compared with those who came last. */
const COMPARED_MAX = 5_000;
/** In names shorter than this another letter is another name: Ana and Ann. */
const SHORT = 4;

/** As it is read at a glance: what looks the same made the same, doubled letters one, without what stands after a plus sign. */
function glanceOf(email: string): { name: string; domain: string } {
  const at = email.lastIndexOf("@");
  const once = (text: string) => skeletonOf(text.toLowerCase()).replace(/(.)\1+/g, "$1");
  return { name: once(email.slice(0, at).replace(/\+.*$/, "")), domain: once(email.slice(at + 1)) };
}

/** Accounts that are numbered are told from each other by their number. */
function isOtherNumber(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const at = [...one].findIndex((character, index) => character !== other[index]);
  return /\d/.test(one[at] ?? "") && /\d/.test(other[at] ?? "");
}

const isOneEdit = (one: string, other: string) => distance(one, other) <= 1;

/** Whether one address is read as another one by whoever does not look twice. The same address, in whatever case, is no look-alike. */
export function looksAlike(one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase() || isOtherNumber(one.toLowerCase(), other.toLowerCase()))
    return false;
  const [here, there] = [glanceOf(one), glanceOf(other)];
  if (here.name === there.name) return isOneEdit(here.domain, there.domain);
  const isLong = Math.min(here.name.length, there.name.length) >= SHORT;
  return here.domain === there.domain && isLong && isOneEdit(here.name, there.name);
}

/** As it stands in the log beside the act, in lists and in what leaves to others too. */
export function lookAlikeNote(admin: LookAlike): string {
  return `easily read as ${whoWithName(admin)}, who is an admin`;
}

/** An address, and whose it is where the name says more than the address. */
export function whoWithName({ email, name }: Pick<LookAlike, "email" | "name">): string {
  return isCalledAsAddress({ email, name }) ? email : `${email}, ${name}`;
}

/** Whether the name says nothing that the address does not. */
export function isCalledAsAddress({ email, name }: Pick<LookAlike, "email" | "name">): boolean {
  return name.toLowerCase() === email.toLowerCase();
}

/**
 * The admin whose address a new one is read as, in whatever state they are: nothing is refused for it, but said to whoever decides, and on record.
 *
 * @param id of whose it is; null: nobody's yet.
 */
export async function findLookAlike(
  tx: Sql,
  { id, email }: { id: string | null; email: string },
): Promise<LookAlike | null> {
  const admins = await tx.query<LookAlike>(
    "SELECT id, email, name FROM admin WHERE id IS DISTINCT FROM $1::uuid ORDER BY created_at DESC LIMIT $2::int",
    [id, COMPARED_MAX],
  );
  return admins.find((admin) => looksAlike(email, admin.email)) ?? null;
}
