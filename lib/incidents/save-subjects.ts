import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getTarget } from "../revocations/find-target.ts";
import { type Holder, holderName, targetName } from "../revocations/target-name.ts";
import { KNOWN_CLIENT_SECRETS } from "../secrets/owned-secrets.ts";
import type { SubjectsInput } from "./input.ts";
import { SUBJECTS_MAX, type SubjectKind } from "./model.ts";

/** `bySecret`: see `CaseSubject`. `secretIds`: which of a client's leaked, where that is known; a report does not say. */
export type NamedSubject = {
  kind: SubjectKind;
  id: string;
  name: string;
  bySecret?: boolean;
  secretIds?: readonly string[];
};

type TokenRecord = Holder & { id: string; kind: "access" | "refresh" };

/** The clients that some secrets are or were of. */
async function nameSecrets(db: Sql, secretIds: readonly string[]): Promise<NamedSubject[]> {
  if (secretIds.length === 0) return [];
  const rows = await run<{ id: string; clientId: string; name: string }>(
    db,
    sql`SELECT l.id, c.id AS "clientId", c.client_id AS name FROM ${KNOWN_CLIENT_SECRETS} l JOIN client c ON c.id = l.client_id
      WHERE l.id = ANY (${secretIds}::uuid[]) ORDER BY c.client_id, l.id`,
  );
  const known = new Set(rows.map(({ id }) => id));
  const missing = secretIds.filter((id) => !known.has(id));
  if (missing.length > 0)
    throw new DomainError("INVALID_INPUT", `${missing.length} of the secrets are not on record.`, {
      fields: missing.map((id) => ({ path: "secretIds", message: `${id} is no secret on record` })),
    });
  return rows.map(({ id, clientId, name }) => ({
    kind: "client",
    id: clientId,
    name,
    bySecret: true,
    secretIds: [id],
  }));
}

/**
 * What was named, as it is called now.
 *
 * @throws {DomainError} INVALID_INPUT where a token or a secret is not on record or nothing is named, NOT_FOUND for anything else that is not there.
 */
export async function nameSubjects(
  db: Sql,
  { tokenIds, secretIds = [], subjects }: SubjectsInput,
): Promise<NamedSubject[]> {
  const named = new Set([...tokenIds, ...subjects.flatMap(({ kind, id }) => (kind === "token" ? [id] : []))]);
  const ids = [...named];
  const records = await run<TokenRecord>(
    db,
    sql`SELECT t.id, t.kind, t.user_id AS "userId", u.email, t.client_id AS "clientUuid", c.client_id AS "clientId"
      FROM unnest(${ids}::uuid[]) AS p(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
        LEFT JOIN user_account u ON u.id = t.user_id LEFT JOIN client c ON c.id = t.client_id`,
  );
  const byId = new Map(records.map((record) => [record.id, record]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0)
    throw new DomainError("INVALID_INPUT", `${missing.length} of the tokens are not on record.`, {
      fields: missing
        .slice(0, 20)
        .map((id) => ({ path: "tokenIds", message: `${id} is no token on record` })),
    });
  const others: NamedSubject[] = await nameSecrets(db, secretIds);
  for (const { kind, id } of subjects) {
    if (kind === "token") continue;
    const { name } = await getTarget(db, kind, id);
    others.push({ kind, id, name });
  }
  const all = [
    ...records.map((record) => ({
      kind: "token" as const,
      id: record.id,
      name: targetName(`${record.kind} token`, record.id, holderName(record)),
    })),
    ...others,
  ];
  if (all.length === 0)
    throw new DomainError("INVALID_INPUT", "Name a token, family, user or client that the case is about.", {
      fields: [{ path: "tokenIds", message: "names nothing" }],
    });
  return all;
}

/** Each subject once: a client that is named whole and for a secret is in it whole, and that secret leaked. */
function merged(subjects: readonly NamedSubject[]): NamedSubject[] {
  const once = new Map<string, NamedSubject>();
  for (const subject of subjects) {
    const key = `${subject.kind} ${subject.id}`;
    const there = once.get(key);
    const { secretIds = [] } = subject;
    once.set(
      key,
      there === undefined
        ? subject
        : {
            ...there,
            bySecret: there.bySecret === true && subject.bySecret === true,
            secretIds: [...new Set([...(there.secretIds ?? []), ...secretIds])],
          },
    );
  }
  return [...once.values()];
}

/**
 * Puts what was named into a case; what is in it already stays as it is, but that a client which is in it for a secret is in it whole from now on where that is
 * named. What was known of all of its tokens is known no more. Returns how many came.
 *
 * @throws {DomainError} CONFLICT beyond SUBJECTS_MAX
 */
export async function saveSubjects(
  tx: Sql,
  ctx: Context,
  incidentId: string,
  subjects: readonly NamedSubject[],
): Promise<number> {
  const once = merged(subjects);
  const added = await tx.query(
    `INSERT INTO incident_subject AS s (incident_id, kind, target_id, name, added_at, added_by_name, by_secret, secret_ids)
     SELECT $1::uuid, n.kind, n.id, n.name, $2::timestamptz, $3::text, n.by_secret, n.secret_ids::uuid[]
     FROM unnest($4::text[], $5::uuid[], $6::text[], $7::boolean[], $8::text[]) AS n(kind, id, name, by_secret, secret_ids)
     ON CONFLICT (incident_id, kind, target_id) DO UPDATE SET by_secret = s.by_secret AND excluded.by_secret,
       secret_ids = ARRAY(SELECT DISTINCT u.id FROM unnest(s.secret_ids || excluded.secret_ids) u(id) ORDER BY u.id)
     WHERE (s.by_secret AND NOT excluded.by_secret) OR NOT s.secret_ids @> excluded.secret_ids RETURNING s.target_id`,
    [
      incidentId,
      ctx.now,
      ctx.actor.name,
      once.map(({ kind }) => kind),
      once.map(({ id }) => id),
      once.map(({ name }) => name),
      once.map(({ bySecret = false }) => bySecret),
      once.map(({ secretIds = [] }) => `{${secretIds.join(",")}}`),
    ],
  );
  if (added.length > 0)
    await tx.query("UPDATE incident SET ended_at = NULL WHERE id = $1::uuid", [incidentId]);
  const [row] = await tx.query<{ count: bigint }>(
    "SELECT count(*) AS count FROM incident_subject WHERE incident_id = $1::uuid",
    [incidentId],
  );
  if (Number(row?.count ?? 0) > SUBJECTS_MAX)
    throw new DomainError(
      "CONFLICT",
      `A case holds ${SUBJECTS_MAX} subjects at most. Open another one for the rest.`,
    );
  return added.length;
}

/** What a case is about, for its audit entries: counts, and the first by name. */
export function subjectsWords(subjects: readonly NamedSubject[]): Record<string, unknown> {
  const counts: Partial<Record<SubjectKind, number>> = {};
  for (const { kind } of subjects) counts[kind] = (counts[kind] ?? 0) + 1;
  return { subjects: counts, first: subjects.slice(0, 5).map(({ name }) => name) };
}
