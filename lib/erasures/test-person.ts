import { createHash, randomUUID } from "node:crypto";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { openCaseOfDetection } from "../detections/open-case-of-detection.ts";
import { uuidv7 } from "../ids.ts";
import { addNote } from "../incidents/add-note.ts";
import { addSubjects } from "../incidents/add-subjects.ts";
import { openIncidentInput } from "../incidents/input.ts";
import { openIncident } from "../incidents/open-incident.ts";
import { updateIncident } from "../incidents/update-incident.ts";
import { accountKey } from "../passwords/throttle.ts";
import { applyImport } from "../people-imports/apply-import.ts";
import { compareImport } from "../people-imports/compare-import.ts";
import { createImport, putImportPart } from "../people-imports/create-import.ts";
import { sealGoneWriters } from "../seals/seal-gone-writers.ts";
import type { Evidence, TestWriter } from "../seals/test-evidence.ts";
import { accountKeyHere } from "../sign-in/known-places.ts";
import { noteSignOn } from "../sign-on/note-sign-on.ts";
import { type NewToken, registerTokens } from "../tokens/register.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { createUser } from "../users/create-user.ts";
import { disableUser } from "../users/disable-user.ts";
import { updateUser } from "../users/update-user.ts";

/** What is personal of the person of these tests, in each writing; none of it may be found once they are erased. */
export const MARKS = {
  email: "marked.person.7f3a@example.com",
  formerEmail: "marked.former.7f3a@example.com",
  name: "Zephyrine Markelowa",
  formerName: "Zephyrine Oldmarken",
  attribute: "MARK-ATTR-7f3a",
  ip: "203.0.113.77",
  userAgent: "MarkedBrowser/7f3a",
  path: "/people/marked-path-7f3a",
} as const;

export type MarkedPerson = {
  userId: string;
  clientId: string;
  token: NewToken;
  /** The numbers of the cases that they are in, which are open: one that somebody opened, and one of a detection. */
  numbers: number[];
  /** Writes uses of theirs. */
  use(count: number): Promise<void>;
};

const { email, formerEmail, name, formerName, attribute, ip, userAgent, path } = MARKS;

/** A person who stands wherever a person can stand, with a live token and an open case. */
export async function markedPerson(evidence: Evidence, one: TestWriter): Promise<MarkedPerson> {
  const { db } = evidence;
  const owner = () => contextAs(db, "owner");
  const clientId = await fixtureOf(db).client("web-shop");
  const created = await createUser(owner(), {
    email: formerEmail,
    name: formerName,
    groupIds: [],
    attributes: { staff: attribute },
  });
  const userId = created.id;
  await updateUser(owner(), { userId, version: created.version, email, name });
  const issuedAt = new Date();
  const id = uuidv7(issuedAt);
  const token: NewToken = {
    id,
    issuedAt,
    kind: "access",
    format: "jwt",
    clientId,
    userId,
    subject: userId,
    familyId: randomUUID(),
    parentId: null,
    sessionUid: "session-7f3a",
    grantType: "authorization_code",
    scopes: [],
    groups: [],
    roles: [],
    audiences: [],
    claims: {},
    signingKid: null,
    rootedAt: issuedAt,
    expiresAt: new Date(issuedAt.getTime() + 3_600_000),
    ip,
    userAgent,
    valueHash: createHash("sha256").update(id).digest(),
  };
  await registerTokens(db, [token], one.writer);
  const of = {
    tokenId: id,
    familyId: token.familyId,
    clientId,
    userId,
    subject: userId,
    ip,
    userAgent,
    path,
  };
  await one.write(3, of);
  await one.usage.flush();
  await signIns(evidence, userId, clientId);
  await found(evidence, token, "token", token.id);
  const numbers = [await casesAndLists(evidence, userId, token)];
  numbers.push(await caseOfDetection(evidence, token));
  return {
    userId,
    clientId,
    token,
    numbers,
    use: async (count) => {
      await one.write(count, of);
    },
  };
}

async function signIns({ db }: Evidence, userId: string, clientId: string): Promise<void> {
  const at = new Date();
  await noteSignOn(db, {
    uid: "session-7f3a",
    userId,
    signedInAt: at,
    seenAt: at,
    ip,
    country: "CH",
    userAgent,
  });
  await db.query(
    `INSERT INTO protocol_state (model, id_hash, payload, account_id) VALUES ('Session', '\\x01', $1::jsonb, $2::text)`,
    [JSON.stringify({ login: email }), userId],
  );
  await db.query(
    `INSERT INTO user_grant (user_id, client_id, grant_id, scopes, permissions, is_asked, given_at, changed_at, expires_at)
     VALUES ($1::uuid, $2::uuid, 'g', '{}', '{}', true, now(), now(), now() + interval '1 day')`,
    [userId, clientId],
  );
  const attempts = accountKey("user", email);
  await db.query(
    "INSERT INTO sign_in_attempt (key, window_start, failures) SELECT key, now(), 1 FROM unnest($1::text[]) AS k(key)",
    [[attempts, accountKeyHere(attempts, ip)]],
  );
  const person: SqlContext = {
    ...contextAs(db, "owner"),
    actor: { kind: "user", id: userId, name: email },
    ip,
    userAgent,
  };
  const nobody: SqlContext = {
    ...person,
    actor: { kind: "anonymous", id: "anonymous", name: "not signed in" },
  };
  const target = { kind: "user", id: userId, name: email };
  await db.transaction((tx) => recordEntry(tx, person, { act: "user.signed_in", target }));
  await db.transaction((tx) =>
    recordEntry(tx, nobody, { act: "user.sign_in_refused", target, errorCode: "NOT_SIGNED_IN" }),
  );
  await db.transaction((tx) =>
    recordEntry(tx, contextAs(db, "owner"), {
      act: "client.updated",
      target: { kind: "client", id: clientId, name: "web-shop" },
      note: `asked for by ${name} (${email.toUpperCase()})`,
      before: { name: "shop" },
      after: { name: "web-shop" },
    }),
  );
  await db.transaction((tx) =>
    recordEntry(tx, contextAs(db, "owner"), {
      act: "client.updated",
      target: { kind: "client", id: clientId, name: "web-shop" },
      before: { description: "" },
      after: { description: "of somebody else" },
    }),
  );
}

/** A finding of their token. @returns its id. */
async function found(
  { db }: Evidence,
  { id: tokenId, clientId, userId }: NewToken,
  kind: "token" | "family",
  of: string,
): Promise<string> {
  const id = randomUUID();
  const facts = { ip, path, request: `GET ${path}`, network: ip, userAgent, country: "CH", before: 2 };
  await db.query(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, token_id, client_id, user_id, first_at, last_at, found_at, count, facts)
     VALUES ($1::uuid, $2::text, 'medium', 'open', $3::text, $4::text, $5::uuid, $6::uuid, $7::uuid, now(), now(), now(), 1, $8::jsonb)`,
    [
      id,
      kind === "token" ? "new_network" : "new_country",
      kind,
      of,
      tokenId,
      clientId,
      userId,
      JSON.stringify(facts),
    ],
  );
  return id;
}

/** The words of whoever opens a case of a detection, which stay. */
export const WRITTEN = "Looks like a tunnel; ask the team.";

/** A case of a finding of their token's family, to which more of theirs is added. */
async function caseOfDetection(evidence: Evidence, token: NewToken): Promise<number> {
  const owner = () => contextAs(evidence.db, "owner");
  const id = await found(evidence, token, "family", token.familyId ?? "");
  const { incident } = await openCaseOfDetection(owner(), { id, note: WRITTEN });
  const number = incident?.number ?? 0;
  const { version } = await updateIncident(owner(), {
    number,
    version: 1,
    compromisedFrom: new Date(token.issuedAt.getTime() - 60_000),
    why: "",
  });
  await updateIncident(owner(), { number, version, compromisedFrom: null });
  await addSubjects(owner(), { number, tokenIds: [token.id], subjects: [] });
  return number;
}

async function casesAndLists({ db }: Evidence, userId: string, token: NewToken): Promise<number> {
  const ctx = contextAs(db, "owner");
  const { number } = await openIncident(
    ctx,
    openIncidentInput.parse({
      title: `Account of ${email}`,
      tokenIds: [token.id],
      subjects: [{ kind: "user", id: userId }],
    }),
  );
  await addNote(contextAs(db, "owner"), {
    number,
    step: "audit",
    text: `${name} was called: it was not them`,
  });
  const [incident] = await db.query<{ id: string }>("SELECT id FROM incident WHERE number = $1::int", [
    number,
  ]);
  await db.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, incident_id, next_attempt_at, give_up_at, created_at, created_by_name)
     VALUES ($1::uuid, 'm7f3a@example.com', 'leak_notice', $2::text, $3::text, $3::text, 'user', $4::uuid, $5::text, $6::uuid, now(), now() + interval '1 day', now(), 'o')`,
    [randomUUID(), email, `Dear ${name}`, userId, name, incident?.id ?? null],
  );
  await db.query(
    `INSERT INTO saved_view (id, list, name, name_key, scope, query, has_columns, hidden_columns, is_shared, owner_id, owner_name, created_at, updated_at)
     VALUES ($1::uuid, 'tokens', $2::text, lower($2::text), 'shared', $3::text, false, '{}', true, 'o', 'o', now(), now())`,
    [randomUUID(), `Tokens of ${name}`, new URLSearchParams({ q: `"${email}" or "${name}"` }).toString()],
  );
  await db.query(
    `INSERT INTO list_export (id, list, format, query, actor_kind, actor_id, actor_name, state, created_at)
     VALUES ($1::uuid, 'users', 'csv', $2::text, 'admin', 'o', 'o', 'waiting', now())`,
    [randomUUID(), new URLSearchParams({ q: `of ${formerEmail} "${formerName}"` }).toString()],
  );
  const shown = {
    sentences: [`${name} loses everything`],
    plan: null,
    actCount: 1,
    acts: [{ target: { name: email } }],
  };
  await db.query(
    `INSERT INTO approval (id, way, state, kinds, summary, method, path, request, digest, run_by, permissions, shown, reason, actor_kind, actor_id, actor_name, person_id,
       created_at, expires_at, decided_at, decided_by_id, decided_by_name, note, changed)
     VALUES ($1::uuid, 'asked', 'declined', '{bulk}', 'Places an order: ' || $4::text, 'POST', '/api/v1/orders', $2::jsonb, '\\x01', 'approver', '{}', $3::jsonb, $4::text, 'admin', 'o', 'o', 'o',
       now(), now(), now(), $1::uuid, 'p', $5::text, $6::text[])`,
    [
      randomUUID(),
      JSON.stringify({ body: { note: `for ${name}` } }),
      JSON.stringify(shown),
      `${email} left`,
      `ask ${name} first`,
      [`users: ${email}`, `It, "also", reaches ${name}.`],
    ],
  );
  const { id } = await createImport(ctx, { kind: "users", fileName: "people.csv" });
  const file = Buffer.from(`email,name\n${email},${name}\nother@example.com,Other Person\n`);
  await putImportPart(ctx, { id, number: 1, content: file.toString("base64") });
  await compareImport(ctx, { id, parts: 1 });
  await applyImport(ctx, { id });
  return number;
}

/** What has to be so before somebody is erased: their cases are closed, and they are shut out. */
export async function readyToErase({ db }: Evidence, { userId, numbers }: MarkedPerson): Promise<void> {
  await disableUser(contextAs(db, "owner"), { userId, reason: "user_request", note: "" });
  const cases = await db.query<{ number: number; version: number }>(
    "SELECT number, version FROM incident WHERE number = ANY ($1::int[])",
    [numbers],
  );
  for (const { number, version } of cases)
    await updateIncident(contextAs(db, "owner"), { number, version, state: "closed" });
}

/** Rows as they were written before rows had two parts: uses that a worker sealed, and an act. */
export async function rowsFromBefore(evidence: Evidence, { userId, clientId }: MarkedPerson): Promise<void> {
  const { db } = evidence;
  const old = await evidence.newWriter();
  await old.write(2, { clientId, userId, subject: userId, ip, userAgent, path });
  await evidence.asSuperuser(
    `UPDATE token_use SET salt = substring(salt FROM 1 FOR 16) WHERE writer_id = '${old.writer.id}'`,
  );
  await db.query(
    "UPDATE evidence_writer SET seen_at = clock_timestamp() - interval '5 minutes' WHERE id = $1::uuid",
    [old.writer.id],
  );
  await sealGoneWriters(db);
  await db.query(
    `WITH head AS (UPDATE audit_chain SET sequence = sequence + 1 WHERE id = 'admin' RETURNING sequence)
     INSERT INTO audit_entry (id, sequence, at, actor_kind, actor_id, actor_name, act, outcome, target_kind, target_id, target_name, request_id, salt)
     SELECT $1::uuid, head.sequence, now(), 'system', 'test', 'test', 'user.disabled', 'done', 'user', $2::text, $3::text, 'r', '\\x000102030405060708090a0b0c0d0e0f' FROM head`,
    [randomUUID(), userId, email],
  );
}

/** Every table in which one of the marks stands, as text or as bytes. */
export async function tablesWithMarks({ db, asSuperuser }: Evidence): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'kept') ORDER BY 1`,
  );
  const marks = Object.values(MARKS).flatMap((mark) => [
    mark,
    Buffer.from(mark).toString("hex"),
    encodeURIComponent(mark),
    new URLSearchParams([["", mark]]).toString().slice(1),
  ]);
  const pattern = `(${marks.map((mark) => mark.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("'", "''")).join("|")})`;
  const parts = tables.map(
    ({ name }) =>
      `(SELECT '${name}: ' || left(t::text, 200) AS row FROM ${name} t WHERE t::text ~* '${pattern}' LIMIT 1)`,
  );
  return (await asSuperuser(parts.join(" UNION ALL "))).map(({ row }) => String(row));
}
