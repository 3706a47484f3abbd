import type { Sql } from "../db/sql.ts";
import { SEVERITY_WORDS, type Severity } from "../incidents/model.ts";
import type { NotificationKind } from "../notifications/model.ts";
import { notify } from "../notifications/notify.ts";
import { detectionHref, RULE_WORDS, type RuleName, type SubjectKind } from "./model.ts";
import { RULES } from "./rules.ts";

export type ToldDetection = {
  id: string;
  rule: RuleName;
  subjectKind: SubjectKind;
  clientId: string | null;
  /** The mute that is over: it is told again. */
  afterMute?: string | null;
};

/** Of what one step finds so many are told one by one; the rest is told as a number. */
export const TOLD_ONE_BY_ONE = 20;

const DETECTOR = { kind: "system", id: "detector", name: "detector" } as const;
const KIND_OF: Record<Severity, NotificationKind> = {
  critical: "detection_critical",
  high: "detection_high",
  medium: "detection_medium",
  low: "detection_low",
};
const SUBJECT: Record<SubjectKind, string> = {
  token: "a token",
  family: "a family of tokens",
  client: "several tokens",
  signing_key: "a signing key",
  verifier: "a verifier",
};
const ORDER: readonly Severity[] = ["critical", "high", "medium", "low"];

async function readClientNames(tx: Sql, told: readonly ToldDetection[]): Promise<Map<string, string>> {
  const ids = [...new Set(told.flatMap(({ clientId }) => clientId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; name: string }>(
    "SELECT id, name FROM client WHERE id = ANY ($1::uuid[])",
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/**
 * Tells who may see detections of those that are new, the gravest first. What they rest on (addresses, paths, people) stays on their pages: it is erased there on request, and mail and
 * webhooks are not reached by that.
 */
export async function tellDetections(tx: Sql, found: readonly ToldDetection[], now: Date): Promise<void> {
  const severityOf = ({ rule }: ToldDetection) => RULES[rule].severity;
  const inOrder = [...found].sort((a, b) => ORDER.indexOf(severityOf(a)) - ORDER.indexOf(severityOf(b)));
  const told = inOrder.slice(0, TOLD_ONE_BY_ONE);
  const clients = await readClientNames(tx, told);
  const ctx = { actor: DETECTOR, now };
  for (const { id, rule, subjectKind, clientId, afterMute } of told) {
    const client = clientId === null ? undefined : clients.get(clientId);
    const severity = RULES[rule].severity;
    await notify(tx, ctx, {
      kind: KIND_OF[severity],
      key: afterMute === undefined ? `detection ${id}` : `detection ${id} after mute ${afterMute}`,
      title: client === undefined ? RULE_WORDS[rule] : `${RULE_WORDS[rule]}: ${client}`,
      text: `${afterMute === undefined ? "" : "Its mute is over, and it was found again. "}${RULES[rule].means} Severity: ${SEVERITY_WORDS[severity].toLowerCase()}. Found of ${SUBJECT[subjectKind]}${client === undefined ? "" : ` of ${client}`}.`,
      path: detectionHref(id),
      subject: { kind: "detection", id, name: RULE_WORDS[rule] },
    });
  }
  const [next] = inOrder.slice(TOLD_ONE_BY_ONE);
  if (next === undefined) return;
  const rest = inOrder.length - TOLD_ONE_BY_ONE;
  await notify(tx, ctx, {
    kind: KIND_OF[severityOf(next)],
    key: `detections after ${next.id}`,
    title: `${rest} more detections at once`,
    text: "So many were found within a moment that they are not told one by one.",
    path: "/detections",
    subject: { kind: "detection", id: next.id, name: "Detections" },
  });
}
