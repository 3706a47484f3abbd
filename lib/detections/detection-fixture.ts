import { randomUUID } from "node:crypto";
import type { Database } from "../db/database.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import type { CountryOf } from "../places/country-database.ts";
import type { NewToken } from "../tokens/register.ts";
import { type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { createUseWriter, type TokenUseRow } from "../verification/use-writer.ts";
import { detectNext } from "./detect-next.ts";
import type { RuleName } from "./model.ts";

export type SeenDetection = {
  id: string;
  rule: RuleName;
  state: string;
  severity: string;
  subjectKind: string;
  subjectId: string;
  count: number;
  isCurrent: boolean;
  facts: Record<string, unknown>;
};

/** Data and acts for database tests of detections: uses as authorities write them, and the worker's step without its wait. */
export type DetectionFixture = {
  tokens: Fixture;
  /** A client with one token, used nowhere yet. */
  world(change?: Partial<NewToken>): Promise<{ clientId: string; token: NewToken }>;
  rowOf(token: NewToken, change?: Partial<TokenUseRow>): TokenUseRow;
  /** Writes uses, received now or when said. */
  write(rows: readonly TokenUseRow[], receivedAt?: Date): Promise<void>;
  /** Reads on until there is nothing more; returns how many uses and acts were taken. */
  detect(by?: SqlDatabase): Promise<number>;
  /** What was found of a client's tokens and of itself, oldest first. */
  found(clientId: string): Promise<SeenDetection[]>;
};

/** @param reader what the worker reads by. */
export function detectionFixtureOf(
  db: Database,
  reader: SqlDatabase,
  countryOf?: CountryOf,
): DetectionFixture {
  const tokens = fixtureOf(db, countryOf);
  return {
    tokens,
    async world(change = {}) {
      const clientId = await tokens.client(`app-${randomUUID()}`);
      return { clientId, token: await tokens.token({ clientId, ...change }) };
    },
    rowOf: (token, change = {}) => ({
      at: new Date(),
      refusal: null,
      source: "introspection",
      tokenId: token.id,
      tokenKind: token.kind,
      familyId: token.familyId,
      clientId: token.clientId,
      userId: token.userId,
      subject: token.subject,
      verifierId: null,
      audience: null,
      method: "GET",
      path: "/invoices",
      ip: null,
      userAgent: null,
      ...change,
    }),
    async write(rows, receivedAt = new Date()) {
      const writer = createUseWriter({ now: () => receivedAt, ...(countryOf && { countryOf }) });
      await writer.write(db, rows, null);
    },
    async detect(by = reader) {
      let taken = 0;
      for (;;) {
        const step = await detectNext(by, 0);
        taken += step.taken;
        if (!step.isMore && step.taken === 0) return taken;
      }
    },
    async found(clientId) {
      const rows = await db.query<SeenDetection & { count: bigint }>(
        `SELECT id, rule, state, severity, subject_kind AS "subjectKind", subject_id AS "subjectId", count, is_current AS "isCurrent", facts FROM detection
         WHERE client_id = $1::uuid ORDER BY id`,
        [clientId],
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },
  };
}
