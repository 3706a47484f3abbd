import { hash } from "node:crypto";
import { recordEntries } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { type Identified, identifyReported } from "./identify-reported.ts";
import { type ActingScanner, orderForReport } from "./order-of-report.ts";
import { endOwnSecrets, outcomeOf, tellOwnSecrets } from "./own-secrets.ts";
import type { ReportedValue } from "./read-report.ts";
import { actOfClosedCase, findKnown, giveWay, isToBeAnswered, type KnownReport } from "./repeated-report.ts";
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

type Taken = { scanner: ActingScanner; values: readonly ReportedValue[]; ours: readonly Ours[] };

/**
 * What came before is counted, as long as there is nothing to do about it that the policy of now would have done. What is to be answered once more is a report of its own beside the earlier one.
 *
 * @returns the earlier one, where there is one, and whether it is only counted.
 */
async function meetKnown(
  tx: Sql,
  ctx: SqlContext,
  { scanner, ours, digest }: Pick<Taken, "scanner" | "ours"> & { digest: Buffer },
): Promise<{ known: KnownReport | null; isCounted: boolean }> {
  const known = ours.length === 0 ? null : await findKnown(tx, scanner.id, digest);
  if (known === null) return { known, isCounted: false };
  const found = ours.map((one) => one.found);
  const isCounted = !(await isToBeAnswered(tx, ctx.now, scanner, { known, found }));
  if (!isCounted) await giveWay(tx, known, digest);
  return { known, isCounted };
}

async function save(
  tx: Sql,
  ctx: SqlContext,
  { scanner, values, ours, digest }: Taken & { digest: Buffer },
): Promise<{ id: string; isNew: boolean }> {
  const id = uuidv7(ctx.now);
  const [saved] = await tx.query<{ id: string }>(SAVE, [
    id,
    scanner.id,
    digest,
    ctx.now,
    values.length,
    values.length - ours.length,
    ours.length === 0,
  ]);
  await tx.query("UPDATE scanner SET last_reported_at = $2::timestamptz WHERE id = $1::uuid", [
    scanner.id,
    ctx.now,
  ]);
  return { id, isNew: saved?.id === id };
}

/**
 * Takes in what a scanner found: the report, the orders that its policy has placed for it and their audit entries are one transaction. A report that came before
 * changes nothing but how often it came, unless the policy of now has something to do about it (`isToBeAnswered`): then it is answered as a new one, and says which it repeats. A worker opens the
 * case. The scanner is the actor of all of it. Recorded as `scanner.leak_reported` where something is ours, and as the orders are.
 */
export async function receiveLeakReport(
  ctx: SqlContext,
  scannerId: string,
  values: readonly ReportedValue[],
): Promise<ReceivedReport> {
  return ctx.db.transaction(async (tx) => {
    const scanner = await readPolicy(tx, scannerId);
    if (scanner === null) return { isGone: true, isNew: false, known: 0 };
    const found = await identifyReported(tx, values, ctx.now);
    const ours = values.flatMap((value, ordinal): Ours[] => {
      const identified = found[ordinal] ?? null;
      return identified === null ? [] : [{ value, found: identified, ordinal }];
    });
    const report = { scanner, values, ours, digest: digestOf(ours, values.length, ctx.now) };
    const { known, isCounted } = await meetKnown(tx, ctx, report);
    const { id, isNew } = await save(tx, ctx, report);
    if (isCounted && known !== null) await recordEntries(tx, ctx, actOfClosedCase(known, scanner));
    if (isCounted || !isNew || ours.length === 0) return { isGone: false, isNew, known: ours.length };
    await answer(tx, ctx, { ...report, id, repeats: known?.id ?? null });
    return { isGone: false, isNew: true, known: ours.length };
  });
}

/** Does what the policy says of what is ours, and records it. */
async function answer(
  tx: Sql,
  ctx: SqlContext,
  { scanner, values, ours, id, repeats }: Taken & { id: string; repeats: string | null },
): Promise<void> {
  const found = ours.map((one) => one.found);
  const ordered = await orderForReport(tx, ctx, scanner, found);
  const secrets = found.flatMap((one) => ("secret" in one ? [one.secret] : []));
  await tellOwnSecrets(tx, ctx, { scanner, found: secrets, reportId: id });
  const taken = found.map((one, index) =>
    "secret" in one
      ? { outcome: outcomeOf(scanner, one.secret), orderId: null }
      : (ordered.taken[index] ?? { outcome: "case", orderId: null }),
  );
  await saveFindings(tx, id, ours, taken);
  await recordEntries(tx, ctx, [
    {
      act: "scanner.leak_reported",
      target: scannerTarget(scanner),
      after: {
        reportId: id,
        ...(repeats === null ? {} : { repeats }),
        values: values.length,
        unknown: values.length - ours.length,
        found: found.slice(0, 5).map(({ name }) => name),
        places: [...new Set(ours.flatMap(({ value }) => value.url ?? []))].slice(0, 5),
      },
    },
    ...ordered.acts,
  ]);
  await endOwnSecrets(tx, ctx, scanner, secrets);
}

async function saveFindings(
  tx: Sql,
  reportId: string,
  ours: readonly Ours[],
  taken: readonly { outcome: string; orderId: string | null }[],
): Promise<void> {
  await tx.query(
    `INSERT INTO leak_finding (report_id, ordinal, kind, token_id, family_id, client_id, name, type, url, source, outcome, order_id, owner_id, secret_id, secret_hint)
     SELECT $1::uuid, n.* FROM unnest($2::int[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
       $12::uuid[], $13::uuid[], $14::uuid[], $15::text[]) AS n`,
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
      ...(["ownerId", "secretId", "hint"] as const).map((of) =>
        ours.map(({ found }) => ("secret" in found ? found.secret[of] : null)),
      ),
    ],
  );
}
