import type { Sql } from "../db/sql.ts";
import type { CountedUse, Raised, UseSeries } from "./judge-events.ts";
import { USES_KEPT } from "./model.ts";
import type { Place } from "./read-uses.ts";

/** A verifier's clock may be ahead of ours by so much: a use is received no earlier than this before it was made. */
const AHEAD_MINUTES = 10;

const SERIES = `
  SELECT s.n, x.id, x.received_at AS "receivedAt"
  FROM json_to_recordset($1::json) AS s(n int, token_id uuid, refusal text, since timestamptz, until timestamptz, uses int)
    CROSS JOIN LATERAL (SELECT u.id, u.received_at FROM token_use u
      WHERE u.token_id = s.token_id AND u.received_at >= s.since - interval '${AHEAD_MINUTES} minutes'
        AND (u.received_at, u.id) <= ($2::timestamptz, $3::uuid) AND u.at >= s.since AND u.at <= s.until
        AND u.outcome <> 'issued' AND (s.refusal IS NULL OR u.refusal = s.refusal)
      ORDER BY u.at DESC, u.received_at DESC, u.id DESC LIMIT least(s.uses, ${USES_KEPT})) x`;

/**
 * Adds to what was found the uses that it counts and that were taken before it was found: those of a series that were too few to tell. `until` is how far uses were read:
 * what comes later is counted when it is taken.
 */
export async function addSeriesUses(tx: Sql, raised: readonly Raised[], until: Place): Promise<void> {
  const series = raised.flatMap((one) => one.series.map((of): [Raised, UseSeries] => [one, of]));
  if (series.length === 0) return;
  const asked = series.map(([, { tokenId, ...of }], n) => ({ n, token_id: tokenId, ...of }));
  const rows = await tx.query<CountedUse & { n: number }>(SERIES, [
    JSON.stringify(asked),
    until.at,
    until.id,
  ]);
  for (const { n, id, receivedAt } of rows) {
    const [one] = series[n] ?? [];
    if (one !== undefined && !one.uses.some((use) => use.id === id)) one.uses.push({ id, receivedAt });
  }
}

const KEEP = `
  INSERT INTO detection_use (detection_id, received_at, use_id)
  SELECT k.detection_id, k.received_at, k.use_id FROM json_to_recordset($1::json) AS k(detection_id uuid, received_at timestamptz, use_id uuid)
  ON CONFLICT DO NOTHING`;

const TRIM = `
  DELETE FROM detection_use d USING (
    SELECT u.detection_id, u.received_at, u.use_id, row_number() OVER (PARTITION BY u.detection_id ORDER BY u.received_at DESC, u.use_id DESC) AS place
    FROM detection_use u WHERE u.detection_id = ANY ($1::uuid[])) o
  WHERE o.place > ${USES_KEPT} AND d.detection_id = o.detection_id AND d.received_at = o.received_at AND d.use_id = o.use_id`;

/** Keeps which uses detections counted, the newest of each. `isMany`: it may have more than are kept. */
export async function keepUses(
  tx: Sql,
  counted: readonly { detectionId: string; uses: readonly CountedUse[]; isMany: boolean }[],
): Promise<void> {
  const rows = counted.flatMap(({ detectionId, uses }) =>
    uses
      .toSorted((one, other) => other.receivedAt.getTime() - one.receivedAt.getTime())
      .slice(0, USES_KEPT)
      .map(({ id, receivedAt }) => ({ detection_id: detectionId, received_at: receivedAt, use_id: id })),
  );
  if (rows.length === 0) return;
  await tx.query(KEEP, [JSON.stringify(rows)]);
  const many = counted.flatMap(({ detectionId, isMany }) => (isMany ? [detectionId] : []));
  if (many.length > 0) await tx.query(TRIM, [many]);
}
