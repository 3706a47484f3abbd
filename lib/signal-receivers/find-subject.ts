import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { SubjectBy } from "./model.ts";

export type FoundUser = { id: string; email: string };

type Finding = { issuer: string; subjectBy: SubjectBy; attribute: string | null };

/** What a subject says of the user: the person's own member of a complex one. Whoever is named by another issuer is nobody here. */
function nameOf(
  subject: Record<string, unknown>,
  issuer: string,
): { kind: "email" | "id"; value: string } | null {
  const { format } = subject;
  if (format === "complex") {
    const { user } = subject;
    return typeof user === "object" && user !== null && (user as { format?: unknown }).format !== "complex"
      ? nameOf(user as Record<string, unknown>, issuer)
      : null;
  }
  const { email, iss, sub, id } = subject;
  if (format === "email" && typeof email === "string") return { kind: "email", value: email };
  if (format === "iss_sub" && typeof sub === "string" && iss === issuer) return { kind: "id", value: sub };
  if (format === "opaque" && typeof id === "string") return { kind: "id", value: id };
  return null;
}

/**
 * The user here that a peer's subject means, by what the peer was set to be known by; null for nobody, and for more than one.
 *
 * @see RFC 9493 section 3.2
 */
export async function findSubject(
  db: Sql,
  subject: Record<string, unknown>,
  { issuer, subjectBy, attribute }: Finding,
): Promise<FoundUser | null> {
  const name = nameOf(subject, issuer);
  if (name === null || name.value.length > 512) return null;
  const rows = await find(db, name, subjectBy, attribute);
  return rows.length === 1 ? (rows[0] as FoundUser) : null;
}

const SELECT = "SELECT id, email FROM user_account WHERE";

async function find(
  db: Sql,
  { kind, value }: { kind: "email" | "id"; value: string },
  subjectBy: SubjectBy,
  attribute: string | null,
): Promise<FoundUser[]> {
  switch (subjectBy) {
    case "email":
      return db.query<FoundUser>(`${SELECT} email = $1::text`, [value.trim().toLowerCase()]);
    case "user_id":
      return kind === "id" && isUuid(value) ? db.query<FoundUser>(`${SELECT} id = $1::uuid`, [value]) : [];
    case "attribute":
      if (kind !== "id" || attribute === null) return [];
      return db.query<FoundUser>(
        `${SELECT} attributes @> jsonb_build_object($1::text, $2::text) ORDER BY id LIMIT 2`,
        [attribute, value],
      );
    default:
      return subjectBy satisfies never;
  }
}
