import { randomUUID } from "node:crypto";
import type { Refusal } from "../audit/use-words.ts";
import { withColumnSpace } from "../db/column-space.ts";
import { createLanes } from "../db/lanes.ts";
import { prepared, type Sql } from "../db/sql.ts";
import type { CountryOf } from "../places/country-database.ts";
import { SealLedger } from "../seals/seal-ledger.ts";
import type { TokenKind } from "../tokens/model.ts";
import { FlushLedger } from "./flush-ledger.ts";
import { marksOf, type ReportedAnswer, USE_INPUT, useLeaves, useParameters } from "./use-parameters.ts";

export type UseSource = "introspection" | "forward_auth" | "userinfo" | "refresh" | "report";

/** One use of a registered token, allowed or refused, as it is written to `token_use`. */
export type TokenUseRow = {
  at: Date;
  /** Null: allowed. */
  refusal: Refusal | null;
  source: UseSource;
  tokenId: string;
  tokenKind: TokenKind;
  familyId: string;
  clientId: string;
  userId: string | null;
  subject: string;
  verifierId: string | null;
  audience: string | null;
  method: string | null;
  path: string | null;
  ip: string | null;
  userAgent: string | null;
};

// The rows go in only if the feed's head is still where the writer's orders are: otherwise nothing is written and the caller decides again.
const WRITE = prepared(`
  WITH head AS MATERIALIZED (SELECT position FROM feed_head WHERE id = 1),
  written AS (
    INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject,
      verifier_id, audience, method, path, ip, country, user_agent, writer_id, flush, ordinal, salt)
    SELECT u.id, $19::timestamptz, u.at, CASE WHEN u.refusal IS NULL THEN 'allowed' ELSE 'refused' END, u.refusal, u.source, u.token_id,
      u.token_kind, u.family_id, u.client_id, u.user_id, u.subject, u.verifier_id, u.audience, u.method, u.path, u.ip, u.country, u.user_agent,
      $20::uuid, $21::bigint, u.ordinal, u.salt
    FROM head, (SELECT ${USE_INPUT}) u
    WHERE $22::bigint IS NULL OR head.position = $22::bigint
  )
  SELECT position FROM head`);

const NOT_REPORTED: ReportedAnswer = { status: null, bytes: null, latencyUs: null };

/** One writer of evidence: a process has one. Flushes are numbered, so that a gap shows. */
export type UseWriter = {
  readonly id: string;
  /** Which flushes of uses are counted and answered. */
  readonly ledger: FlushLedger;
  /** What waits to be sealed. */
  readonly seals: SealLedger;
  /** The place of an address, as it goes on record with it. */
  readonly countryOf: CountryOf;
  nextFlush(): bigint;
  /**
   * Writes rows in one statement. With `knownPosition` nothing is written when the feed has moved past it.
   *
   * @returns the feed's head; the rows are written exactly when it equals `knownPosition`, or that is null.
   */
  write(sql: Sql, rows: readonly TokenUseRow[], knownPosition: bigint | null): Promise<bigint>;
};

export function createUseWriter({
  now = () => new Date(),
  countryOf = () => null,
}: {
  now?: () => Date;
  countryOf?: CountryOf;
} = {}): UseWriter {
  const id = randomUUID();
  const ledger = new FlushLedger();
  const seals = new SealLedger();
  return {
    id,
    ledger,
    seals,
    countryOf,
    nextFlush: () => ledger.next(),
    write: (sql, rows, knownPosition) =>
      withColumnSpace(async (space) => {
        const receivedAt = now();
        const marks = marksOf(rows, receivedAt, countryOf);
        const columns = useParameters(rows, marks, space);
        const flush = ledger.begin(rows, receivedAt);
        const tracked = seals.track(sql, { flush, receivedFrom: receivedAt, receivedTo: receivedAt }, () =>
          useLeaves(rows, marks, receivedAt, () => NOT_REPORTED),
        );
        let head: { position: bigint } | undefined;
        try {
          [head] = await sql.query<{ position: bigint }>(WRITE, [
            ...columns,
            receivedAt,
            id,
            flush,
            knownPosition,
          ]);
          if (head === undefined) throw new Error("the feed of revocations has no head");
        } catch (error) {
          tracked.failed(error);
          throw error;
        }
        if (knownPosition === null || head.position === knownPosition) tracked.written();
        else {
          // nothing was written
          ledger.close(rows);
          tracked.dropped();
        }
        return head.position;
      }),
  };
}

export type Evaluation<Answer> = { row: TokenUseRow; answer: Answer };

export type UseRecorder = {
  /**
   * Decides and records one use with those of other requests of the same moment: `evaluate` is called under the newest orders that the
   * database had when the row was written, and the promise resolves once it is committed. `isLight`: without waiting for those that are not.
   */
  record<Answer>(evaluate: () => Evaluation<Answer>, isLight?: boolean): Promise<Answer>;
  idle(): Promise<void>;
};

export type UseRecorderOptions = {
  db: Sql;
  writer: UseWriter;
  /** The position that `evaluate` decides under. */
  position(): bigint;
  /** Brings the orders up to `position` or later. */
  catchUp(position: bigint): Promise<void>;
  /** Told of every row that was committed. */
  onWritten?(rows: readonly TokenUseRow[]): void;
};

const ATTEMPTS = 8;

/** Group commit of uses: one INSERT and one fsync for the requests of a moment, each answered after it. */
export function createUseRecorder(options: UseRecorderOptions): UseRecorder {
  const { db, writer, position, catchUp, onWritten } = options;
  const lanes = createLanes<() => Evaluation<unknown>, unknown>({
    maxBatch: 500,
    maxInFlight: 1,
    run: async (evaluations) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const known = position();
        const decided = evaluations.map((evaluate) => evaluate());
        const rows = decided.map((one) => one.row);
        const head = await writer.write(db, rows, known);
        if (head === known) {
          onWritten?.(rows);
          return decided.map((one) => one.answer);
        }
        await catchUp(head);
      }
      throw Object.assign(new Error("revocations arrive faster than uses can be decided"), { code: "53400" });
    },
  });
  return {
    record: <Answer>(evaluate: () => Evaluation<Answer>, isLight = false) =>
      lanes.add(evaluate, isLight) as Promise<Answer>,
    idle: () => lanes.idle(),
  };
}
