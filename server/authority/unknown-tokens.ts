import { recordEntry } from "#lib/audit/record-entry.ts";
import { systemContext } from "#lib/context.ts";
import type { Reading } from "#lib/verification/read-token.ts";
import type { Services } from "./services.ts";

export type UnknownReading = Extract<Reading, { token: null }>;

/** Who presented a value that is no token of ours, and where. */
export type Presenter = {
  /** Whom garbage is counted against: a verifier's or client's id, or "nobody". */
  askerId: string;
  source: string;
  verifierId: string | null;
  ip: string | null;
  userAgent: string | null;
};

type Needed = Pick<Services, "db" | "log" | "refusals">;

const ALARM_MS = 60_000;

async function reportForgery({ db }: Needed, kid: string, presenter: Presenter): Promise<void> {
  const ctx = systemContext(db, "authority");
  await db.transaction((tx) =>
    recordEntry(
      tx,
      { ...ctx, ip: presenter.ip, userAgent: presenter.userAgent },
      {
        act: "token.forgery_detected",
        target: { kind: "signing_key", id: kid, name: kid },
        note: "A good signature stands over a token that was never registered.",
        after: { source: presenter.source, verifierId: presenter.verifierId },
      },
    ),
  );
}

/** One entry a minute and key, or verifier that told of it, is enough to raise the alarm; every attempt is counted. */
const reportedAt = new Map<string, number>();

/**
 * Counts a value that is no token of ours, at whichever door it came, and raises the alarm where its signature is good: then somebody
 * else signs with a key of ours. Recorded as `token.forgery_detected`, once a minute and key.
 *
 * @throws whatever the database throws: an alarm that could not be written is raised again by the next forgery.
 */
export async function noticeUnknown(
  services: Needed,
  reading: UnknownReading,
  presenter: Presenter,
): Promise<void> {
  const now = Date.now();
  services.refusals.count(presenter.askerId, presenter.ip, reading.unknown, new Date(now));
  const kid = reading.forgedWith;
  if (kid === undefined || now - (reportedAt.get(kid) ?? 0) < ALARM_MS) return;
  reportedAt.set(kid, now);
  const fields = { kid, source: presenter.source, verifier: presenter.verifierId };
  services.log.error(fields, "forged token: a good signature over an unregistered id");
  try {
    await reportForgery(services, kid, presenter);
  } catch (error) {
    reportedAt.delete(kid);
    throw error;
  }
}

/**
 * Raises the alarm where a verifier that checks signatures by itself tells that it accepted a token that nobody was given: either it is wrong, or somebody
 * else signs with a key of ours: a report has no signature. Recorded as `token.forgery_reported`, once a minute and verifier; that it was counted is the caller's affair.
 *
 * @throws whatever the database throws: an alarm that could not be written is raised again by the next report.
 */
export async function noticeReportedForgery(
  { db, log }: Needed,
  verifier: { id: string; name: string },
  use: { tokenId: string; ip: string | null; userAgent: string | null },
): Promise<void> {
  const now = Date.now();
  if (now - (reportedAt.get(verifier.id) ?? 0) < ALARM_MS) return;
  reportedAt.set(verifier.id, now);
  log.error(
    { verifier: verifier.id, token: use.tokenId },
    "a verifier accepted a token that nobody was given",
  );
  const ctx = { ...systemContext(db, "authority"), ip: use.ip, userAgent: use.userAgent };
  try {
    await db.transaction((tx) =>
      recordEntry(tx, ctx, {
        act: "token.forgery_reported",
        target: { kind: "verifier", id: verifier.id, name: verifier.name },
        note: "By its own report the verifier accepted a token that was never registered. No authority has seen its signature.",
        after: { source: "report", tokenId: use.tokenId },
      }),
    );
  } catch (error) {
    reportedAt.delete(verifier.id);
    throw error;
  }
}
