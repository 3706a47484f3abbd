import { createHash } from "node:crypto";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { isMailable } from "../mail/mailable.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import type { TokenRow } from "../tokens/model.ts";
import { readCaseTokens } from "./case-tokens.ts";
import type { IncidentRecord } from "./incident-row.ts";
import { NOTICE_RECIPIENTS_MAX, NOTICE_TOKENS, type NoticeFacts, type NoticeRecipient } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

type Holder = { kind: "user" | "client"; id: string };
type Named = Holder & { bySecret: boolean };
type Person = { id: string; name: string; address: string | null };

const WORKS = new Set(["active", "not_yet_valid"]);

/** Whose a token is: its user's, or its client's where there is none. */
function holderOf({ user, client }: TokenRow): Holder {
  return user === null ? { kind: "client", id: client.id } : { kind: "user", id: user.id };
}

async function readNamed(db: Sql, incidentId: string): Promise<Named[]> {
  return run(
    db,
    sql`SELECT s.kind, s.target_id AS id, s.by_secret AS "bySecret" FROM incident_subject s WHERE s.incident_id = ${incidentId}::uuid AND s.kind IN ('user', 'client')`,
  );
}

async function readPeople(db: Sql, holders: readonly Holder[]): Promise<Map<string, Person>> {
  const idsOf = (kind: Holder["kind"]) => holders.filter((one) => one.kind === kind).map(({ id }) => id);
  const people = await run<Person>(
    db,
    sql`SELECT u.id, u.name, u.email AS address FROM user_account u WHERE u.id = ANY (${idsOf("user")}::uuid[])
      UNION ALL SELECT c.id, c.name, c.contact_email FROM client c WHERE c.id = ANY (${idsOf("client")}::uuid[])`,
  );
  return new Map(people.map((person) => [person.id, person]));
}

/** What says that nothing of a notice has changed since it was looked at. */
function seenOf(address: string | null, facts: NoticeFacts): string {
  return createHash("sha256")
    .update(JSON.stringify([address, facts]))
    .digest("hex");
}

function whyNot(kind: Holder["kind"], address: string | null): string | null {
  if (address !== null && isMailable(address)) return null;
  if (address !== null) return "Mail cannot be sent to this address.";
  return kind === "user" ? "The user has no address." : "No contact is kept of the client.";
}

/** Who owns the tokens of a case, those with the most of them first, with what each would be told. */
export async function readNoticeRecipients(
  within: Reader,
  incident: IncidentRecord,
): Promise<NoticeRecipient[]> {
  const { rows } = await readCaseTokens(within, incident);
  const tokens = new Map<string, TokenRow[]>();
  const holders = new Map<string, Holder>();
  const named = await readNamed(within.db, incident.id);
  const bySecret = new Set(named.flatMap((one) => (one.bySecret ? [one.id] : [])));
  for (const { kind, id } of named) holders.set(id, { kind, id });
  for (const row of rows) {
    const holder = holderOf(row);
    holders.set(holder.id, holder);
    tokens.set(holder.id, [...(tokens.get(holder.id) ?? []), row]);
  }
  const countOf = ({ id }: Holder) => tokens.get(id)?.length ?? 0;
  const first = [...holders.values()]
    .sort((one, other) => countOf(other) - countOf(one) || (one.id < other.id ? -1 : 1))
    .slice(0, NOTICE_RECIPIENTS_MAX);
  const people = await readPeople(within.db, first);
  const { name: organisation } = await readOrganisation(within.db);
  return first.flatMap((holder): NoticeRecipient[] => {
    const person = people.get(holder.id);
    if (person === undefined) return [];
    const theirs = tokens.get(holder.id) ?? [];
    const facts: NoticeFacts = {
      organisation,
      caseNumber: incident.number,
      recipient: { kind: holder.kind, name: person.name },
      bySecret: bySecret.has(holder.id),
      tokens: theirs.slice(0, NOTICE_TOKENS).map(({ kind, client, issuedAt, state }) => ({
        kind,
        client: client.name,
        issuedAt,
        works: WORKS.has(state),
        isSuspended: state === "suspended",
      })),
      more: Math.max(0, theirs.length - NOTICE_TOKENS),
    };
    const { address, name } = person;
    return [
      {
        ...holder,
        name,
        address,
        tokens: theirs.length,
        whyNot: whyNot(holder.kind, address),
        facts,
        seen: seenOf(address, facts),
      },
    ];
  });
}
