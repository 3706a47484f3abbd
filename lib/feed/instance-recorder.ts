import type { SqlDatabase } from "../db/sql-database.ts";
import type { VerifierMode } from "../verifiers/model.ts";

/** How an instance is seen to check. */
export const INSTANCE_WAYS = ["feed", "poll", "status_list", "introspection"] as const;
export type InstanceWay = (typeof INSTANCE_WAYS)[number];

/** What an instance says of itself. Counters are since it began. */
export type InstanceReport = {
  agent: string;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  accepted: number;
  refused: number;
  stale: number;
  lost: number;
  latencyP50Us: number | null;
  latencyP99Us: number | null;
  /** The signing keys that it holds; where it does not say, none. */
  kids?: readonly string[];
};

export type Sighting = {
  verifierId: string;
  instanceId: string;
  way: InstanceWay;
  at: Date;
  /** The position that it has applied. */
  position?: number | undefined;
  report?: InstanceReport | undefined;
  /** The stream that it has, or had. */
  stream?: { since: Date; isOver: boolean } | undefined;
  /** It said that it accepts nothing from now on. */
  isLast?: boolean | undefined;
};

type State = Omit<Sighting, "stream" | "isLast"> & {
  positionAt?: Date;
  connectedAt?: Date | undefined;
  isDisconnected: boolean;
  endedAt: Date | null;
};
type Row = { verifierId: string; instanceId: string; position: number; at: Date };
/** What was last heard of an instance's position, and what of it is still to be written. */
type Known = { position: number; writtenAt: number; waiting: Row | null };

const ROW_EVERY_MS = 1_000;
const FLUSH_MS = 1_000;
/** Instances remembered; one that was forgotten begins anew, which costs a row that may be there already. */
const MAX_KNOWN = 20_000;

/** What an ended process had under way comes to its end within it: a poll waits for 30 s at most. Whoever is heard of later runs. */
const LAST_REQUESTS_SECONDS = 60;

/** What was said of its end is forgotten: the process is heard of again. */
const RUNS = `i.ended_at IS NULL OR excluded.connected_at > i.ended_at OR (excluded.agent IS NOT NULL AND excluded.seen_at > i.ended_at)
        OR excluded.seen_at > i.ended_at + interval '${LAST_REQUESTS_SECONDS} seconds'`;

const INSTANCES = `
  INSERT INTO verifier_instance AS i (verifier_id, instance_id, way, agent, mode, max_staleness_seconds, position, position_at, connected_at, seen_at,
    disconnected_at, ended_at, first_seen_at, accepted, refused, stale, lost, latency_p50_us, latency_p99_us, kids)
  SELECT s."verifierId", s."instanceId", s.way, s.agent, s.mode, s."maxStalenessSeconds", s.position, s."positionAt", s."connectedAt", s.at,
    CASE WHEN s."isDisconnected" THEN s.at END, s."endedAt", s.at, coalesce(s.accepted, 0), coalesce(s.refused, 0), coalesce(s.stale, 0), coalesce(s.lost, 0),
    s."latencyP50Us", s."latencyP99Us", coalesce(s.kids, '{}')
  FROM jsonb_to_recordset($1::jsonb) AS s("verifierId" uuid, "instanceId" uuid, way text, at timestamptz, position bigint, "positionAt" timestamptz,
    "connectedAt" timestamptz, "isDisconnected" boolean, "endedAt" timestamptz, agent text, mode text, "maxStalenessSeconds" int, accepted bigint, refused bigint, stale bigint,
    lost bigint, "latencyP50Us" int, "latencyP99Us" int, kids text[])
  JOIN verifier v ON v.id = s."verifierId" ORDER BY s."verifierId", s."instanceId"
  ON CONFLICT (verifier_id, instance_id) DO UPDATE SET way = excluded.way,
    agent = coalesce(excluded.agent, i.agent), mode = coalesce(excluded.mode, i.mode),
    max_staleness_seconds = coalesce(excluded.max_staleness_seconds, i.max_staleness_seconds),
    position = CASE WHEN excluded.position_at >= coalesce(i.position_at, '-infinity') THEN excluded.position ELSE i.position END,
    position_at = greatest(excluded.position_at, i.position_at),
    connected_at = coalesce(excluded.connected_at, i.connected_at), seen_at = greatest(excluded.seen_at, i.seen_at),
    disconnected_at = CASE WHEN excluded.disconnected_at IS NOT NULL THEN excluded.disconnected_at
      WHEN excluded.connected_at IS NOT NULL THEN NULL ELSE i.disconnected_at END,
    ended_at = CASE WHEN excluded.ended_at IS NOT NULL THEN excluded.ended_at
      WHEN ${RUNS} THEN NULL ELSE i.ended_at END,
    ended_by = CASE WHEN excluded.ended_at IS NOT NULL OR ${RUNS} THEN NULL ELSE i.ended_by END,
    accepted = CASE WHEN excluded.agent IS NULL THEN i.accepted ELSE excluded.accepted END,
    refused = CASE WHEN excluded.agent IS NULL THEN i.refused ELSE excluded.refused END,
    stale = CASE WHEN excluded.agent IS NULL THEN i.stale ELSE excluded.stale END,
    lost = CASE WHEN excluded.agent IS NULL THEN i.lost ELSE excluded.lost END,
    kids = CASE WHEN excluded.agent IS NULL THEN i.kids ELSE excluded.kids END,
    latency_p50_us = coalesce(excluded.latency_p50_us, i.latency_p50_us), latency_p99_us = coalesce(excluded.latency_p99_us, i.latency_p99_us)`;

const ACKNOWLEDGEMENTS = `
  INSERT INTO feed_acknowledgement (verifier_id, instance_id, position, at)
  SELECT a."verifierId", a."instanceId", a.position, a.at
  FROM jsonb_to_recordset($1::jsonb) AS a("verifierId" uuid, "instanceId" uuid, position bigint, at timestamptz)
  JOIN verifier_instance i ON i.verifier_id = a."verifierId" AND i.instance_id = a."instanceId"
  ORDER BY a."verifierId", a."instanceId", a.position ON CONFLICT DO NOTHING`;

/**
 * Writes down what instances of verifiers say of themselves, all of a moment in one transaction: a position that moved at once, at most one row a
 * second of each instance; everything else within a second. What could not be written is written by the next try.
 */
export class InstanceRecorder {
  readonly #db: SqlDatabase;
  readonly #onError: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  #states = new Map<string, State>();
  #rows: Row[] = [];
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  constructor(db: SqlDatabase, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** Whether this process has heard of the instance lately. */
  knows(verifierId: string, instanceId: string): boolean {
    return this.#known.has(`${verifierId} ${instanceId}`);
  }

  saw(sighting: Sighting): void {
    const { stream, isLast = false, ...seen } = sighting;
    const key = `${seen.verifierId} ${seen.instanceId}`;
    const before = this.#states.get(key);
    const hasPosition = seen.position !== undefined;
    this.#states.set(key, {
      ...seen,
      position: seen.position ?? before?.position,
      report: seen.report ?? before?.report,
      ...(hasPosition ? { positionAt: seen.at } : before?.positionAt && { positionAt: before.positionAt }),
      connectedAt: stream?.since ?? before?.connectedAt,
      isDisconnected: stream?.isOver ?? before?.isDisconnected ?? false,
      endedAt: isLast ? seen.at : seen.report === undefined ? (before?.endedAt ?? null) : null,
    });
    const isMoved = this.#note(key, seen);
    this.#plan(isMoved ? 0 : FLUSH_MS);
  }

  /** @returns whether there is a row to be written now. */
  #note(key: string, { verifierId, instanceId, position, at }: Omit<Sighting, "stream" | "isLast">): boolean {
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.keys().next().value as string);
      known = { position: -1, writtenAt: Number.NEGATIVE_INFINITY, waiting: null };
      this.#known.set(key, known);
    }
    if (position === undefined || position === known.position) return false;
    known.position = position;
    known.waiting = { verifierId, instanceId, position, at };
    return this.#release(known);
  }

  /** Takes the row of an instance where its last one was written long enough ago. */
  #release(known: Known): boolean {
    const now = performance.now();
    if (known.waiting === null || now - known.writtenAt < ROW_EVERY_MS) return false;
    this.#rows.push(known.waiting);
    known.waiting = null;
    known.writtenAt = now;
    return true;
  }

  #plan(inMs: number): void {
    if (inMs > 0 && this.#timer !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), inMs);
    this.#timer.unref();
  }

  /** Writes what waits. One run at a time. */
  async flush(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
    this.#flushing = this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    let isWaiting = false;
    for (const known of this.#known.values())
      if (known.waiting !== null && !this.#release(known)) isWaiting = true;
    const [states, rows] = [this.#states, this.#rows];
    this.#states = new Map();
    this.#rows = [];
    if (states.size > 0 || rows.length > 0) {
      try {
        await this.#db.transaction(async (tx) => {
          const instances = [...states.values()].map(({ report, ...state }) => ({ ...state, ...report }));
          await tx.query(INSTANCES, [JSON.stringify(instances)]);
          if (rows.length > 0) await tx.query(ACKNOWLEDGEMENTS, [JSON.stringify(rows)]);
        });
      } catch (error) {
        this.#onError(error);
        for (const [key, state] of states) if (!this.#states.has(key)) this.#states.set(key, state);
        this.#rows = [...rows, ...this.#rows].slice(-MAX_KNOWN);
        isWaiting = true;
      }
    }
    if (isWaiting) this.#plan(FLUSH_MS);
  }

  /** Writes the last of it. */
  async stop(): Promise<void> {
    for (const known of this.#known.values()) known.writtenAt = Number.NEGATIVE_INFINITY;
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
