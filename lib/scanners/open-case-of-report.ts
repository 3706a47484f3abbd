import { endOrphaned } from "../approvals/end-orphaned.ts";
import { type Act, recordEntries } from "../audit/record-entry.ts";
import { type Context, systemContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { addNamedSubjects } from "../incidents/add-subjects.ts";
import { incidentTarget, readIncident } from "../incidents/incident-row.ts";
import { STEP_NOTE_MAX, TITLE_MAX } from "../incidents/model.ts";
import { noteContainment } from "../incidents/note-containment.ts";
import { openIncidentOn } from "../incidents/open-incident.ts";
import { type NamedSubject, nameSubjects } from "../incidents/save-subjects.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { backoffMs } from "../outbound/backoff.ts";
import type { FindingKind, FindingOutcome } from "./model.ts";

type Finding = {
  kind: FindingKind;
  tokenId: string | null;
  familyId: string | null;
  clientId: string | null;
  ownerId: string | null;
  secretId: string | null;
  name: string;
  url: string | null;
  outcome: FindingOutcome;
};
type Waiting = {
  id: string;
  scanner: { id: string; name: string };
  receivedAt: Date;
  failures: number;
  findings: Finding[];
};

const WORDS = new Intl.ListFormat("en-GB");

/** So many are tried in one go. */
const AT_ONCE = 20;

/** Reports that have something of ours and no case: those that failed the least often, the oldest first. What failed keeps no other one waiting, however many have. */
async function findWaiting(db: Sql, now: Date): Promise<Waiting[]> {
  return run<Waiting>(
    db,
    sql`SELECT r.id, jsonb_build_object('id', s.id, 'name', s.name) AS scanner, r.received_at AS "receivedAt", r.case_failures AS failures,
        (SELECT jsonb_agg(jsonb_build_object('kind', f.kind, 'tokenId', f.token_id, 'familyId', f.family_id, 'clientId', f.client_id, 'ownerId', f.owner_id, 'secretId', f.secret_id, 'name', f.name,
          'url', f.url, 'outcome', f.outcome) ORDER BY f.ordinal) FROM leak_finding f WHERE f.report_id = r.id) AS findings
      FROM leak_report r JOIN scanner s ON s.id = r.scanner_id
      WHERE r.incident_id IS NULL AND r.unknown_count < r.value_count AND (r.case_retry_at IS NULL OR r.case_retry_at <= ${now}::timestamptz)
      ORDER BY r.case_failures, r.received_at, r.id LIMIT ${AT_ONCE}::int`,
  );
}

/** The newest case that is not closed and is about one of the findings already. */
async function findOpenCase(db: Sql, findings: readonly Finding[]): Promise<number | null> {
  const ids = findings.flatMap(({ kind, tokenId, familyId, clientId }) =>
    kind === "client_secret" ? [clientId] : [tokenId, familyId],
  );
  const owners = findings.flatMap(({ ownerId }) => ownerId ?? []);
  const [row] = await run<{ number: number }>(
    db,
    sql`SELECT i.number FROM incident i WHERE i.state <> 'closed' AND i.id IN (
        SELECT s.incident_id FROM incident_subject s WHERE s.target_id = ANY (${ids.filter((id) => id !== null)}::uuid[])
        UNION SELECT r.incident_id FROM leak_finding f JOIN leak_report r ON r.id = f.report_id WHERE f.owner_id = ANY (${owners}::uuid[]))
      ORDER BY i.number DESC LIMIT 1`,
  );
  return row?.number ?? null;
}

function subjectsOf(findings: readonly Finding[]): NamedSubject[] {
  const named = new Map<string, NamedSubject>();
  for (const { kind, tokenId, clientId, name } of findings)
    if (kind !== "client_secret" && tokenId !== null)
      named.set(tokenId, { kind: "token", id: tokenId, name });
    else if (kind === "client_secret" && clientId !== null)
      named.set(clientId, {
        kind: "client",
        id: clientId,
        name: name.replace(/^a secret of /, ""),
        bySecret: true,
      });
  return [...named.values()];
}

/** Two workers may come by at once: the second rolls back what it has. */
class InCaseAlready extends Error {}

async function join(tx: Sql, waiting: Waiting, incident: { id: string; number: number; title: string }) {
  const rows = await tx.query(
    "UPDATE leak_report SET incident_id = $2::uuid WHERE id = $1::uuid AND incident_id IS NULL RETURNING id",
    [waiting.id, incident.id],
  );
  if (rows.length === 0) throw new InCaseAlready();
  const act: Act = {
    act: "incident.leak_reported",
    target: incidentTarget(incident),
    after: {
      reportId: waiting.id,
      scanner: waiting.scanner.name,
      found: waiting.findings.slice(0, 5).map(({ name }) => name),
    },
  };
  return act;
}

function noteOf({ findings, scanner }: Waiting): string {
  const places = [...new Set(findings.flatMap(({ url }) => url ?? []))];
  const shown = places.slice(0, 3).join(", ");
  const where = places.length === 0 ? "" : ` at ${shown}${places.length > 3 ? " and elsewhere" : ""}`;
  const altered = findings.some(({ kind }) => kind === "altered")
    ? " One has another value than the one that was issued: nothing was taken back for it."
    : "";
  const own = findings.some(({ ownerId, outcome }) => ownerId !== null && outcome === "case")
    ? " A secret of this product is among it and has not ended: end it where it was made."
    : "";
  return `Reported by ${scanner.name}${where}.${altered}${own}`.slice(0, STEP_NOTE_MAX);
}

/** Secrets of the product's own, each once, by whose they are: two of one verifier bear one name. */
function ownNamesOf(findings: readonly Finding[]): string[] {
  const own = findings.flatMap(({ ownerId, secretId, name }) =>
    ownerId === null ? [] : [[secretId ?? ownerId, name] as const],
  );
  return [...new Map(own).values()];
}

/** "a secret of billing", "the API token deploy", "3 leaked tokens, 1 client secret and 1 secret of this product". */
function foundWords(own: readonly string[], subjects: readonly NamedSubject[]): string {
  const names = [
    ...subjects.map(({ bySecret, name }) => (bySecret === true ? `a secret of ${name}` : name)),
    ...own,
  ];
  if (names.length === 1) return names[0] as string;
  const secrets = subjects.filter(({ bySecret }) => bySecret === true).length;
  const tokens = subjects.length - secrets;
  const leaked = tokens === 0 ? "leaked " : "";
  return WORDS.format([
    ...(tokens === 0 ? [] : [`${tokens} leaked ${tokens === 1 ? "token" : "tokens"}`]),
    ...(secrets === 0 ? [] : [`${secrets} ${leaked}client ${secrets === 1 ? "secret" : "secrets"}`]),
    ...(own.length === 0 ? [] : [`${own.length} ${own.length === 1 ? "secret" : "secrets"} of this product`]),
  ]);
}

async function openCase(ctx: Context, waiting: Waiting): Promise<number> {
  const { findings, scanner } = waiting;
  const subjects = subjectsOf(findings);
  const own = ownNamesOf(findings);
  const title = `${scanner.name} found ${foundWords(own, subjects)}`;
  const { number } = await openIncidentOn(
    ctx,
    {
      title: title.slice(0, TITLE_MAX),
      severity: findings.some(({ kind, outcome }) => kind === "api_token" && outcome !== "ended")
        ? "critical"
        : findings.every(({ outcome }) => outcome === "ended")
          ? "medium"
          : "high",
      note: noteOf(waiting),
    },
    subjects,
    {
      own,
      from: { at: waiting.receivedAt, why: "From when it was reported: nothing else tells when it began." },
      also: async (tx, opened) => [await join(tx, waiting, { ...opened, title: title.slice(0, TITLE_MAX) })],
    },
  );
  return number;
}

/** @returns false for a case that takes no more: it is full, or was closed meanwhile. */
async function joinCase(ctx: Context, waiting: Waiting, number: number): Promise<boolean> {
  const found = subjectsOf(waiting.findings);
  const bySecret = new Set(found.flatMap(({ id, bySecret: is }) => (is === true ? [id] : [])));
  try {
    const named = await nameSubjects(ctx.db, {
      tokenIds: [],
      subjects: found.map(({ kind, id }) => ({ kind, id })),
    });
    const subjects = named.map((subject) => ({ ...subject, bySecret: bySecret.has(subject.id) }));
    await addNamedSubjects(ctx, { number }, subjects);
  } catch (error) {
    if (error instanceof DomainError && error.code === "CONFLICT") return false;
    // one has left the register since: the report goes in all the same
    if (!(error instanceof DomainError) || (error.code !== "INVALID_INPUT" && error.code !== "NOT_FOUND"))
      throw error;
  }
  const isJoined = await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (incident.state === "closed") return false;
    await recordEntries(tx, ctx, [await join(tx, waiting, incident)]);
    return true;
  });
  // what was ended for it may contain the case, and a secret of it that is taken opens it again
  if (isJoined) await noteContainment(ctx, number);
  return isJoined;
}

async function putIntoCase(db: Database, waiting: Waiting, now: Date): Promise<void> {
  const { id, name } = waiting.scanner;
  const ctx: Context = {
    ...systemContext(db, "scanners", now),
    actor: { kind: "system", id, name: `scanner ${name}` },
  };
  try {
    // what waits in the name of an API token that was revoked for it ends
    if (waiting.findings.some(({ kind, outcome }) => kind === "api_token" && outcome === "revoked"))
      await endOrphaned(ctx);
    const there = await findOpenCase(db, waiting.findings);
    if (there !== null && (await joinCase(ctx, waiting, there))) return;
    await noteContainment(ctx, await openCase(ctx, waiting));
  } catch (error) {
    if (!(error instanceof InCaseAlready)) throw error;
  }
}

/** Tries it again later, and the later the more often it failed. */
async function putOff(db: Sql, { id, failures }: Waiting, now: Date): Promise<void> {
  await db.query(
    "UPDATE leak_report SET case_failures = $2::int, case_retry_at = $3::timestamptz WHERE id = $1::uuid AND incident_id IS NULL",
    [id, failures + 1, new Date(now.getTime() + backoffMs(failures + 1))],
  );
}

/**
 * Puts a report that has something of ours, and no case yet, into one: the open case that is about the same, or a new one where there is none or it takes no more. One that
 * cannot be put into any waits for longer each time, up to ten minutes, and is told of once no other one could be. The scanner is the actor. Killed in between, the next
 * look does it.
 *
 * @returns whether there was one.
 * @throws what kept the first of those that failed
 */
export async function openCaseOfReport(db: Database, now: Date = new Date()): Promise<boolean> {
  const failures: unknown[] = [];
  for (const waiting of await findWaiting(db, now)) {
    try {
      await putIntoCase(db, waiting, now);
      return true;
    } catch (error) {
      failures.push(error);
      await putOff(db, waiting, now);
    }
  }
  if (failures.length > 0) throw failures[0];
  return false;
}
