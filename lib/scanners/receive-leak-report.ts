import { hash } from "node:crypto";
import { recordEntries } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { type Identified, identifyReported } from "./identify-reported.ts";
import { type ActingScanner, orderForReport } from "./order-of-report.ts";
import type { ReportedValue } from "./read-report.ts";
import { scannerTarget } from "./scanner-record.ts";

type Ours = { value: ReportedValue; found: Identified; ordinal: number };

/** What came of a report; `isGone` where the scanner was disabled meanwhile. */
export type ReceivedReport = { isGone: boolean; isNew: boolean; known: number };

/**
 * What tells a report from another. Values that are nothing of ours are not in it, because a hash of what may be somebody's password can be guessed: reports of nothing else
 * are counted together, by the day.
 */
function digestOf(ours: readonly Ours[], valueCount: number, now: Date): Buffer {
  const says =
    ours.length === 0
      ? ["nothing of ours", now.toISOString().slice(0, 10)]
      : [
          valueCount,
          ...ours
            .map(({ value }) => [value.hash.toString("hex"), value.type, value.url, value.source])
            .map((one) => JSON.stringify(one))
            .sort(),
        ];
  return hash("sha256", JSON.stringify(says), "buffer");
}

async function readPolicy(tx: Sql, scannerId: string): Promise<ActingScanner | null> {
  const [scanner] = await tx.query<ActingScanner>(
    "SELECT id, name, action, hours FROM scanner WHERE id = $1::uuid AND disabled_at IS NULL FOR NO KEY UPDATE",
    [scannerId],
  );
  return scanner ?? null;
}

const SAVE = `
  INSERT INTO leak_report (id, scanner_id, digest, received_at, last_received_at, value_count, unknown_count)
  VALUES ($1::uuid, $2::uuid, $3::bytea, $4::timestamptz, $4::timestamptz, $5::int, $6::int)
  ON CONFLICT (scanner_id, digest) DO UPDATE SET times = leak_report.times + 1, last_received_at = excluded.last_received_at,
    value_count = leak_report.value_count + CASE WHEN $7::boolean THEN excluded.value_count ELSE 0 END,
    unknown_count = leak_report.unknown_count + CASE WHEN $7::boolean THEN excluded.unknown_count ELSE 0 END
  RETURNING id`;

/**
 * Takes in what a scanner found: the report, the orders that its policy has placed for it and their audit entries are one transaction. A report that came before
 * changes nothing but how often it came. A worker opens the case. The scanner is the actor of all of it. Recorded as `scanner.leak_reported` where something is ours, and
 * as the orders are.
 */
export async function receiveLeakReport(
  ctx: SqlContext,
  scannerId: string,
  values: readonly ReportedValue[],
): Promise<ReceivedReport> {
  return ctx.db.transaction(async (tx) => {
    const scanner = await readPolicy(tx, scannerId);
    if (scanner === null) return { isGone: true, isNew: false, known: 0 };
    const found = await identifyReported(tx, values);
    const ours = values.flatMap((value, ordinal): Ours[] => {
      const identified = found[ordinal] ?? null;
      return identified === null ? [] : [{ value, found: identified, ordinal }];
    });
    const id = uuidv7(ctx.now);
    const isUnknown = ours.length === 0;
    const [saved] = await tx.query<{ id: string }>(SAVE, [
      id,
      scanner.id,
      digestOf(ours, values.length, ctx.now),
      ctx.now,
      values.length,
      values.length - ours.length,
      isUnknown,
    ]);
    await tx.query("UPDATE scanner SET last_reported_at = $2::timestamptz WHERE id = $1::uuid", [
      scanner.id,
      ctx.now,
    ]);
    if (saved?.id !== id || isUnknown) return { isGone: false, isNew: saved?.id === id, known: ours.length };
    const { taken, acts } = await orderForReport(
      tx,
      ctx,
      scanner,
      ours.map((one) => one.found),
    );
    await saveFindings(tx, id, ours, taken);
    await recordEntries(tx, ctx, [
      {
        act: "scanner.leak_reported",
        target: scannerTarget(scanner),
        after: {
          reportId: id,
          values: values.length,
          unknown: values.length - ours.length,
          found: ours.slice(0, 5).map((one) => one.found.name),
          places: [...new Set(ours.flatMap(({ value }) => value.url ?? []))].slice(0, 5),
        },
      },
      ...acts,
    ]);
    return { isGone: false, isNew: true, known: ours.length };
  });
}

async function saveFindings(
  tx: Sql,
  reportId: string,
  ours: readonly Ours[],
  taken: readonly { outcome: string; orderId: string | null }[],
): Promise<void> {
  await tx.query(
    `INSERT INTO leak_finding (report_id, ordinal, kind, token_id, family_id, client_id, name, type, url, source, outcome, order_id)
     SELECT $1::uuid, n.* FROM unnest($2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::uuid[]) AS n`,
    [
      reportId,
      ours.map(({ ordinal }) => ordinal),
      ours.map(({ found }) => found.kind),
      ours.map(({ found }) => found.tokenId),
      ours.map(({ found }) => found.familyId),
      ours.map(({ found }) => found.clientId),
      ours.map(({ found }) => found.name),
      ours.map(({ value }) => value.type),
      ours.map(({ value }) => value.url),
      ours.map(({ value }) => value.source),
      taken.map(({ outcome }) => outcome),
      taken.map(({ orderId }) => orderId),
    ],
  );
}
