import type { Sql } from "../db/sql.ts";
import { jsonOf } from "./encode-event.ts";
import type { Format, OutcomeFilter, Source } from "./model.ts";
import { readActs } from "./read-acts.ts";
import { readUses } from "./read-uses.ts";
import type { StreamEvent } from "./stream-event.ts";
import type { UsesPosition } from "./uses-position.ts";

/** Where a stream is in both chains. */
export type Position = { actsSequence: bigint; uses: UsesPosition };

export type BatchOf = { format: Format; outcome: OutcomeFilter; clientIds: readonly string[] };

export type Batch = {
  /** In the chain's order, each as its line of JSON too, and where the stream is once it is taken. */
  events: { event: StreamEvent; json: string; after: Position }[];
  /** Where the stream is once the batch is taken. */
  after: Position;
  /** Whether there may be more at once. */
  isFull: boolean;
};

/** Bytes of JSON of a batch; one event that is larger goes alone. */
const BATCH_BYTES = 512 * 1024;

/** The next events of one chain, at most `limit`. An empty batch has a position all the same: past what is not wanted. */
export async function nextBatch(
  db: Sql,
  source: Source,
  position: Position,
  { limit, ...of }: BatchOf & { limit: number },
): Promise<Batch> {
  switch (source) {
    case "acts": {
      const page = await readActs(db, { after: position.actsSequence, outcome: of.outcome, limit });
      const places = page.events.map(({ event, sequence }) => ({
        event,
        after: { ...position, actsSequence: sequence },
      }));
      return bounded(places, { ...position, actsSequence: page.end }, page.isFull, of.format);
    }
    case "uses": {
      const page = await readUses(db, position.uses, { ...of, limit });
      const places = page.events.map(({ event, position: uses }) => ({
        event,
        after: { ...position, uses },
      }));
      return bounded(places, { ...position, uses: page.end }, page.isFull, of.format);
    }
    default:
      return source satisfies never;
  }
}

function bounded(
  places: readonly { event: StreamEvent; after: Position }[],
  end: Position,
  isFull: boolean,
  format: Format,
): Batch {
  const events: Batch["events"] = [];
  let bytes = 0;
  for (const { event, after } of places) {
    const json = jsonOf(event, format);
    bytes += Buffer.byteLength(json) + 1;
    const before = events.at(-1);
    if (bytes > BATCH_BYTES && before !== undefined) return { events, after: before.after, isFull: true };
    events.push({ event, json, after });
  }
  return { events, after: end, isFull };
}

/** Its first half; one event stays whole. */
export function halfOf(batch: Batch): Batch {
  const events = batch.events.slice(0, Math.max(1, Math.floor(batch.events.length / 2)));
  return { events, after: events.at(-1)?.after ?? batch.after, isFull: true };
}
