import { findClockFault } from "../clocks/find-clock-fault.ts";
import type { Sql } from "../db/sql.ts";
import { eventStreamHealth } from "../event-streams/model.ts";
import { readStreamRecords, withLag } from "../event-streams/stream-record.ts";
import { KEY_PURPOSE_WORDS, type KeyPurpose } from "../keys/model.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { plural } from "../order-plans/plan-words.ts";
import { LEAST_AGENT_VERSION } from "../propagation/least-agent-version.ts";
import { readStandingCheckers } from "../propagation/read-checkers.ts";
import { standingOf } from "../propagation/standing.ts";
import type { NotificationKind } from "./model.ts";
import { readWebhook } from "./webhook-record.ts";

/** Something that may be as it should not be, as it is now. */
export type Watched = {
  id: string;
  name: string;
  path: string;
  /** What is wrong, as the end of "<name> …" and as a sentence; null: nothing. */
  bad: { title: string; text: string } | null;
};

export type WatchedKind = Extract<
  NotificationKind,
  "rotation_overdue" | "verifier_behind" | "stream_behind" | "clock_wrong"
>;

/** What is watched, how long it has to be so before it is told, and what is said when it is over. */
export const CONDITIONS: Record<
  WatchedKind,
  { riseMs: number; fallMs: number; over: string; read: (tx: Sql, now: Date) => Promise<Watched[]> }
> = {
  rotation_overdue: { riseMs: 0, fallMs: 0, over: "is not overdue any more", read: readKeys },
  verifier_behind: { riseMs: 60_000, fallMs: 60_000, over: "is in step again", read: readVerifiers },
  stream_behind: { riseMs: 60_000, fallMs: 60_000, over: "is up to date again", read: readStreams },
  // of several workers one may be right
  clock_wrong: { riseMs: 0, fallMs: 60_000, over: "goes with what is on record again", read: readClocks },
};

async function readClocks(tx: Sql): Promise<Watched[]> {
  const bad = await findClockFault(tx);
  return [{ id: "clock", name: "The clock", path: "/audit/integrity", bad }];
}

async function readVerifiers(tx: Sql, now: Date): Promise<Watched[]> {
  const { headPosition, checkers } = await readStandingCheckers(tx, { verifierIds: null, now });
  const moment = { headPosition, leastVersion: LEAST_AGENT_VERSION, nowMs: now.getTime() };
  return checkers
    .filter(({ isDisabled }) => !isDisabled)
    .map((checker) => {
      const { standing, behindBy } = standingOf(checker, moment);
      const bad =
        standing === "behind"
          ? {
              title: `is behind by ${plural(behindBy, "order", "orders")}`,
              text: "What was taken back meanwhile it may still accept. See its processes, and whether they reach the authority.",
            }
          : standing === "silent"
            ? {
                title: "is silent",
                text: "A process of it was not heard of and did not say that it ended: nobody knows what it still accepts. See its processes.",
              }
            : null;
      return { id: checker.id, name: checker.name, path: `/verifiers/${checker.id}`, bad };
    });
}

async function readStreams(tx: Sql, now: Date): Promise<Watched[]> {
  const watched: Watched[] = [];
  for (const record of await readStreamRecords(tx, sql`true`)) {
    const row = await withLag(tx, record);
    const health = eventStreamHealth(row, now);
    const text = row.lastError === null || health === "behind" ? "" : ` It ${row.lastError}.`;
    const bad =
      health === "failing"
        ? { title: "fails", text: `What is to be sent waits in the log.${text}` }
        : health === "behind"
          ? { title: "is behind", text: "What is to be sent waits in the log." }
          : health === "paused" && row.statusReason !== ""
            ? { title: "was paused by itself", text: `Its sink is there no more.${text}` }
            : null;
    watched.push({ id: row.id, name: row.name, path: `/settings/event-streams/${row.id}`, bad });
  }
  const webhook = await readWebhook(tx);
  if (webhook.url === null) return watched;
  const isGone = webhook.status === "paused" && webhook.statusReason !== "";
  const isFailing = webhook.status === "running" && webhook.failures > 0;
  return [
    ...watched,
    {
      id: "notification_webhook",
      name: "The webhook of notifications",
      path: "/settings/notifications",
      bad:
        isGone || isFailing
          ? {
              title: isGone ? "was paused by itself" : "fails",
              text: `What is to be sent waits. It ${webhook.lastError ?? "does not answer"}.`,
            }
          : null,
    },
  ];
}

/** A key that signs for so much longer than its policy says is overdue: the worker is given an hour. */
const OVERDUE_AFTER = "1 hour";

const KEYS = `
  SELECT k.kid, k.purpose, p.every_days AS "everyDays", floor(extract(epoch FROM $1::timestamptz - k.activated_at) / 86400)::int AS days,
    k.activated_at + make_interval(days => p.every_days) + interval '${OVERDUE_AFTER}' < $1::timestamptz AS "isOverdue"
  FROM signing_key k JOIN key_policy p ON p.purpose = k.purpose AND p.algorithm = k.algorithm
  WHERE k.state = 'active' AND k.activated_at IS NOT NULL ORDER BY k.kid`;

async function readKeys(tx: Sql, now: Date): Promise<Watched[]> {
  const keys = await tx.query<{
    kid: string;
    purpose: KeyPurpose;
    everyDays: number;
    days: number;
    isOverdue: boolean;
  }>(KEYS, [now]);
  return keys.map(({ kid, purpose, everyDays, days, isOverdue }) => ({
    // of the purpose, so that another key in its place ends it
    id: purpose,
    name: `The key of ${KEY_PURPOSE_WORDS[purpose].name}`,
    path: `/keys/${encodeURIComponent(kid)}`,
    bad: isOverdue
      ? {
          title: `signs for ${plural(days, "day", "days")}`,
          text: `Its policy says ${plural(everyDays, "day", "days")}. Rotate it, or see why the policy did not: it may be turned off.`,
        }
      : null,
  }));
}
