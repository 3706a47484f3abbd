import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { type MailServer, mailServerOf, readMailRecord } from "./mail-settings.ts";

/** A server that was the settings' one, kept for the mails that are to leave by it. */
export type FormerServer = { id: string; server: MailServer };

const FIELDS = [
  "host",
  "port",
  "tls",
  "username",
  "caPem",
  "fromAddress",
] as const satisfies (keyof MailServer)[];

/** Keeps the server of before where the settings name another one now, or none. @returns null where they are as they were. */
export async function keepFormerServer(
  tx: Sql,
  { now }: Pick<SqlContext, "now">,
  before: MailServer | null,
): Promise<FormerServer | null> {
  if (before === null) return null;
  const present = mailServerOf(await readMailRecord(tx));
  const isSame = present !== null && FIELDS.every((field) => present[field] === before[field]);
  if (isSame && samePassword(present, before)) return null;
  const id = uuidv7(now);
  await tx.query(
    `INSERT INTO former_mail_server (id, host, port, tls, username, password_wrapped, ca_pem, from_address, from_name, kept_at)
     VALUES ($1::uuid, $2::text, $3::int, $4::text, $5::text, $6::bytea, $7::text, $8::text, $9::text, $10::timestamptz)`,
    [
      id,
      before.host,
      before.port,
      before.tls,
      before.username,
      before.passwordWrapped,
      before.caPem,
      before.fromAddress,
      before.fromName,
      now,
    ],
  );
  return { id, server: before };
}

function samePassword(one: MailServer, other: MailServer): boolean {
  if (one.passwordWrapped === null || other.passwordWrapped === null)
    return one.passwordWrapped === other.passwordWrapped;
  return Buffer.compare(one.passwordWrapped, other.passwordWrapped) === 0;
}

/** The servers of before that some mails are to leave by. */
export async function readFormerServers(
  db: Sql,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MailServer>> {
  if (ids.length === 0) return new Map();
  const rows = await db.query<MailServer & { id: string }>(
    `SELECT id, host, port, tls, username, password_wrapped AS "passwordWrapped", ca_pem AS "caPem", from_address AS "fromAddress", from_name AS "fromName"
     FROM former_mail_server WHERE id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ id, ...server }) => [id, server]));
}

/** Forgets servers, and with them their passwords, that no mail waits for any more; `id` for one of them. */
export async function forgetFormerServers(db: Sql, id: string | null): Promise<void> {
  // of two mails that end at once the second sees what became of the first
  if (id !== null) await db.query("SELECT id FROM former_mail_server WHERE id = $1::uuid FOR UPDATE", [id]);
  await db.query(
    `DELETE FROM former_mail_server f WHERE ($1::uuid IS NULL OR f.id = $1::uuid)
       AND NOT EXISTS (SELECT FROM mail m WHERE m.server_id = f.id AND m.state = 'queued')`,
    [id],
  );
}
