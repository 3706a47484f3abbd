import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { type FoundTarget, getTarget } from "../revocations/find-target.ts";
import { REVOCABLE_KINDS, type RevocableKind, type TargetKind } from "../revocations/model.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { MEMBERS_MAX, type NamedKind } from "./model.ts";

/** What an order is to reach, found. */
export type PlanTarget = {
  kind: TargetKind;
  id: string;
  /** For people, as it is called now. */
  name: string;
  /** Its tokens by its own index, as FROM and WHERE on `token t`. */
  from: Fragment;
  where: Fragment;
  /** When they were issued, as that index has it. */
  issuedAt: Fragment;
  /** The same as one condition on `token t`: for tokens that were found otherwise. */
  tokens: Fragment;
  /** Whether it may have been given so much that looking at all of it takes seconds; what a person has is found at once. */
  isWide: boolean;
  /** Of the kinds that a person may take back in one act. */
  found: FoundTarget | null;
  /** A refresh token's family, where that was asked for by the token. */
  widenedFrom: FoundTarget | null;
  /** Of a group that is taken member by member. */
  memberIds: string[] | null;
};

const ISSUED_AT = sql`t.issued_at`;

function isRevocable(kind: TargetKind): kind is RevocableKind {
  return (REVOCABLE_KINDS as readonly TargetKind[]).includes(kind);
}

async function findRevocable(db: Sql, kind: RevocableKind, id: string): Promise<PlanTarget> {
  const asked = await getTarget(db, kind, id);
  const isRefresh = asked.token?.kind === "refresh" && asked.familyId !== null;
  // whoever holds a refresh token may hold what it made
  const found = isRefresh ? await getTarget(db, "family", asked.familyId as string) : asked;
  return {
    kind: found.kind,
    id: found.id,
    name: found.name,
    from: sql`token t`,
    where: found.tokens,
    issuedAt: ISSUED_AT,
    tokens: found.tokens,
    isWide: found.kind === "client",
    found,
    widenedFrom: isRefresh ? asked : null,
    memberIds: null,
  };
}

type Wide = Exclude<NamedKind, RevocableKind>;

const LABELS = { permission: "scope", group: "group", audience: "audience" } as const;
const TABLES = { permission: "permission", group: "user_group", audience: "audience" } as const;
const WORDS: Record<Wide, string> = {
  permission: "The permission",
  group: "The group",
  audience: "The audience",
  signing_key: "The signing key",
  everything: "The target",
};

/** Whether there is such a thing, or was when some token was issued. */
async function isKnown(db: Sql, kind: Wide, id: string): Promise<boolean> {
  if (kind === "everything") return id === "*";
  if (kind === "signing_key")
    return (await db.query("SELECT 1 FROM signing_key WHERE kid = $1::text", [id])).length > 0;
  const rows = await db.query(
    `SELECT 1 FROM ${TABLES[kind]} WHERE name = $1::text
     UNION ALL (SELECT 1 FROM token_label l WHERE l.kind = $2::text AND l.label = $1::text LIMIT 1)`,
    [id, LABELS[kind]],
  );
  return rows.length > 0;
}

function tokensOf(kind: Wide, id: string): Fragment {
  switch (kind) {
    case "permission":
      return sql`t.scopes @> ARRAY[${id}]::text[]`;
    case "group":
      return sql`t.groups @> ARRAY[${id}]::text[]`;
    case "audience":
      return sql`t.audiences @> ARRAY[${id}]::text[]`;
    case "signing_key":
      return sql`t.signing_kid = ${id}`;
    case "everything":
      return sql`true`;
    default:
      return kind satisfies never;
  }
}

/** The users that are in a group now. */
export async function readMembers(db: Sql, group: string): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT m.user_id AS id FROM user_group g JOIN group_member m ON m.group_id = g.id WHERE g.name = ${group}
      ORDER BY m.user_id LIMIT ${MEMBERS_MAX + 1}::int`,
  );
  return rows.map((row) => row.id);
}

async function findMembers(db: Sql, group: string): Promise<PlanTarget> {
  const [known] = await db.query("SELECT 1 FROM user_group WHERE name = $1::text", [group]);
  if (known === undefined) throw notFound(WORDS.group);
  const memberIds = await readMembers(db, group);
  const refuse = (message: string) =>
    new DomainError("INVALID_INPUT", message, { fields: [{ path: "target.by", message }] });
  if (memberIds.length === 0) throw refuse("The group has no members.");
  if (memberIds.length > MEMBERS_MAX)
    throw refuse(
      `The group has more than ${MEMBERS_MAX.toLocaleString("en")} members: take the tokens that carry it.`,
    );
  const tokens = sql`t.user_id = ANY (${memberIds}::uuid[])`;
  return {
    kind: "group",
    id: group,
    name: group,
    from: sql`token t`,
    where: tokens,
    issuedAt: ISSUED_AT,
    tokens,
    isWide: true,
    found: null,
    widenedFrom: null,
    memberIds,
  };
}

/** @throws {DomainError} NOT_FOUND; INVALID_INPUT where a group cannot be taken member by member. */
export async function getPlanTarget(
  db: Sql,
  { kind, id, by }: { kind: NamedKind; id: string; by?: "token" | "members" | undefined },
): Promise<PlanTarget> {
  if (by === "members" && kind !== "group")
    throw new DomainError("INVALID_INPUT", "Only a group has members.", {
      fields: [{ path: "target.by", message: "only a group has members" }],
    });
  if (isRevocable(kind)) return findRevocable(db, kind, id);
  if (by === "members") return findMembers(db, id);
  if (!(await isKnown(db, kind, id))) throw notFound(WORDS[kind]);
  const { from, where, bare } = tokensOfTarget(kind, id);
  return {
    kind,
    id,
    name: kind === "everything" ? "every token" : id,
    from,
    where,
    issuedAt: bare?.issuedAt ?? ISSUED_AT,
    tokens: tokensOf(kind, id),
    isWide: true,
    found: null,
    widenedFrom: null,
    memberIds: null,
  };
}
