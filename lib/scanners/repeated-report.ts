import { hash } from "node:crypto";
import type { Act } from "../audit/record-entry.ts";
import type { Sql } from "../db/sql.ts";
import { incidentTarget } from "../incidents/incident-row.ts";
import type { Identified } from "./identify-reported.ts";
import { type ActingScanner, isLiveAmong, readStates, type Target, targetOf } from "./order-of-report.ts";
import { isEndedBy } from "./own-secrets.ts";

/** A report that came before, with the case that it is in. */
export type KnownReport = {
  id: string;
  lastReceivedAt: Date;
  incident: { id: string; number: number; title: string } | null;
  /** When its case was closed, where that is how it stands. */
  closedAt: Date | null;
};

const FIND = `SELECT r.id, r.last_received_at AS "lastReceivedAt", CASE WHEN i.id IS NULL THEN NULL ELSE jsonb_build_object('id', i.id, 'number', i.number,
    'title', i.title) END AS incident, CASE WHEN i.state = 'closed' THEN i.closed_at END AS "closedAt"
  FROM leak_report r LEFT JOIN incident i ON i.id = r.incident_id WHERE r.scanner_id = $1::uuid AND r.digest = $2::bytea`;

/** The report of a scanner that said the same, under the scanner's lock. */
export async function findKnown(tx: Sql, scannerId: string, digest: Buffer): Promise<KnownReport | null> {
  const [known] = await tx.query<KnownReport>(FIND, [scannerId, digest]);
  return known ?? null;
}

/** Whether the policy of now has an order for it: what works, or works no more only for as long as a suspension lasts that the policy would not leave it at. */
function wantsOrder({ action }: ActingScanner, states: ReadonlySet<string>): boolean {
  switch (action) {
    case "case":
      return false;
    case "suspend":
      return states.has("active") || states.has("not_yet_valid");
    case "revoke":
      return isLiveAmong(states);
    default:
      return action satisfies never;
  }
}

/**
 * Whether a report that came before is to be answered once more, as the policy says now: something of it is to be taken back that was given back, ran out of its suspension, or was spared by a
 * milder policy; or its case is closed and something of it works, or can again: what is only suspended, and a secret that is refused only while its owner is disabled. Else it is counted.
 */
export async function isToBeAnswered(
  tx: Sql,
  now: Date,
  scanner: ActingScanner,
  { known, found }: { known: KnownReport; found: readonly Identified[] },
): Promise<boolean> {
  const own = found.flatMap((one) => targetOf(one) ?? []);
  // a value that only bears an id has nothing taken back, and its token works on
  const borne = found.flatMap((one): Target[] =>
    one.kind === "altered" ? [{ kind: "token", id: one.tokenId }] : [],
  );
  const states = await readStates(tx, now, [...own, ...borne]);
  const of = ({ id }: Target): ReadonlySet<string> => states.get(id) ?? new Set();
  if (own.some((target) => wantsOrder(scanner, of(target)))) return true;
  if (found.some((one) => "secret" in one && isEndedBy(scanner, one.secret))) return true;
  if (known.closedAt === null) return false;
  if ([...own, ...borne].some((target) => isLiveAmong(of(target)))) return true;
  // a secret that was replaced is over, whatever the client has now
  return found.some((one) => ("secret" in one ? one.secret.isTaken : "isTaken" in one && one.isTaken));
}

/** Lets another report say the same: this one stays as it was answered, in the case that it is in. */
export async function giveWay(tx: Sql, { id }: KnownReport, digest: Buffer): Promise<void> {
  const own = hash("sha256", Buffer.concat([digest, Buffer.from(id)]), "buffer");
  await tx.query("UPDATE leak_report SET digest = $2::bytea WHERE id = $1::uuid", [id, own]);
}

/** What a closed case is told the first time that its report comes again, where nothing of it works: it can still be found, and needs nobody. */
export function actOfClosedCase(
  { id, lastReceivedAt, incident, closedAt }: KnownReport,
  scanner: ActingScanner,
): Act[] {
  if (incident === null || closedAt === null || lastReceivedAt > closedAt) return [];
  return [
    {
      act: "incident.leak_found_again",
      target: incidentTarget(incident),
      after: { reportId: id, scanner: scanner.name },
    },
  ];
}
