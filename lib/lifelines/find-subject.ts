import type { TokenUsesQuery } from "../audit/table.ts";
import { tokensOf } from "../audit/tokens-of.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { parseAddress } from "../list-query/address.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type PartiesRecord, partiesOf } from "../registry/named-parties.ts";
import { shortId } from "../tokens/model.ts";
import type { LifelineKind, LifelineSubject } from "./model.ts";

/** What the log is asked for. */
export type FollowedSubject = LifelineSubject & { filters: TokenUsesQuery["filters"] };

async function nameIn(db: Sql, kind: "user" | "client" | "verifier", id: string): Promise<string | null> {
  const statements = {
    user: sql`SELECT email AS name FROM user_account WHERE id = ${id}::uuid`,
    client: sql`SELECT name FROM client WHERE id = ${id}::uuid`,
    verifier: sql`SELECT name FROM verifier WHERE id = ${id}::uuid`,
  };
  const [row] = await run<{ name: string }>(db, statements[kind]);
  return row?.name ?? null;
}

/** Whose a family is: by the register, or by the issue of one that has left it. */
async function findFamily(db: Sql, id: string): Promise<FollowedSubject | null> {
  const [token] = await tokensOf(db, "family_id", [id], 1);
  if (token === undefined) return null;
  const parties = sql`p.subject, p.client_id AS "clientUuid", c.client_id AS "clientId", c.name AS "clientName",
      p.user_id AS "userId", u.email AS "userEmail", u.name AS "userName"`;
  const joins = sql`LEFT JOIN client c ON c.id = p.client_id LEFT JOIN user_account u ON u.id = p.user_id`;
  const [record] = await run<PartiesRecord>(
    db,
    sql`SELECT ${parties} FROM (
        SELECT t.subject, t.client_id, t.user_id FROM token t WHERE t.issued_at = uuid_extract_timestamp(${token}::uuid) AND t.id = ${token}::uuid
        UNION ALL (SELECT x.subject, x.client_id, x.user_id FROM token_use x WHERE x.token_id = ${token}::uuid
          AND x.received_at >= uuid_extract_timestamp(${token}::uuid) - interval '1 minute' LIMIT 1) LIMIT 1) p ${joins}`,
  );
  if (record === undefined) return null;
  const holder = partiesOf(record);
  return {
    kind: "family",
    id,
    name: `Family ${shortId(id)}`,
    holder: { client: holder.client, user: holder.user },
    filters: { family: id },
  };
}

const WORDS: Record<LifelineKind, string> = {
  family: "The family",
  user: "The user",
  client: "The client",
  verifier: "The verifier",
  address: "The address",
};

/** An address in its shortest spelling; null for what is none, and for a stretch of them. */
export function followedAddress(text: string): string | null {
  const address = parseAddress(text);
  return address === null || address.includes("/") ? null : address;
}

/**
 * Whom a lifeline is of. Any address can be followed: that nothing came from it is an answer. Authorise before: this does not.
 *
 * @throws {DomainError} NOT_FOUND; INVALID_INPUT for what is no address
 */
export async function findSubject(db: Sql, kind: LifelineKind, id: string): Promise<FollowedSubject> {
  if (kind === "address") {
    const ip = followedAddress(id);
    if (ip === null)
      throw new DomainError("INVALID_INPUT", "That is no IP address.", {
        fields: [
          { path: "id", message: "is no IP address: write one whole, such as 203.0.113.7 or 2001:db8::1" },
        ],
      });
    return { kind, id: ip, name: ip, holder: null, filters: { ip } };
  }
  const uuid = id.toLowerCase();
  if (!isUuid(uuid)) throw notFound(WORDS[kind]);
  if (kind === "family") {
    const family = await findFamily(db, uuid);
    if (family === null) throw notFound(WORDS.family);
    return family;
  }
  const name = await nameIn(db, kind, uuid);
  if (name === null) throw notFound(WORDS[kind]);
  return { kind, id: uuid, name, holder: null, filters: { [kind]: [uuid] } };
}
