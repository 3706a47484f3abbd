import type { Sql } from "../db/sql.ts";
import type { FieldProblem } from "../errors.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { clientLifetimeProblems } from "./client-lifetime-problems.ts";
import {
  CLIENT_SETTING_KEYS,
  type ClientLifetimes,
  type ClientSettingKey,
  type LifetimeSubject,
  ownLifetimes,
} from "./model.ts";

/** What somebody asks to change of a client's lifetimes. */
export type LifetimesChange = { [key in keyof ClientLifetimes]?: ClientLifetimes[key] | undefined };

/** What of an input is a change of lifetimes. */
export function givenLifetimes(input: LifetimesChange): LifetimesChange {
  return Object.fromEntries(
    CLIENT_SETTING_KEYS.flatMap((key) => (input[key] === undefined ? [] : [[key, input[key]]])),
  );
}

/** The lifetimes as they would be after a change. */
export function changedLifetimes(before: ClientLifetimes, change: LifetimesChange): ClientLifetimes {
  return { ...ownLifetimes(before), ...givenLifetimes(change) } as ClientLifetimes;
}

/** What is wrong with a change; the organisation's row is held, so that bounds do not move meanwhile. */
export async function findLifetimeProblems(
  tx: Sql,
  client: LifetimeSubject,
  change: LifetimesChange,
): Promise<FieldProblem[]> {
  const changed = new Set(Object.keys(givenLifetimes(change)) as ClientSettingKey[]);
  if (changed.size === 0) return [];
  const organisation = await readOrganisation(tx, "share");
  return clientLifetimeProblems({ ...client, ...changedLifetimes(client, change) }, organisation, changed);
}

/** Writes a client's own lifetimes; `id` is the row's. Check them before, record them after. */
export async function saveClientLifetimes(tx: Sql, id: string, lifetimes: ClientLifetimes): Promise<void> {
  await tx.query(
    `UPDATE client SET access_token_ttl_seconds = $2::int, refresh_token_idle_seconds = $3::int, refresh_token_absolute_seconds = $4::int,
       refresh_grace_seconds = $5::int, authorization_code_ttl_seconds = $6::int, id_token_ttl_seconds = $7::int, session_idle_seconds = $8::int,
       session_absolute_seconds = $9::int, device_code_ttl_seconds = $10::int, device_poll_seconds = $11::int, rotates_refresh_tokens = $12::boolean
     WHERE id = $1::uuid`,
    [id, ...CLIENT_SETTING_KEYS.map((key) => lifetimes[key])],
  );
}
