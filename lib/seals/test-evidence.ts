import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { ensureKeys } from "../keys/ensure-keys.ts";
import { createKeyWrapper, type KeyWrapper } from "../keys/key-wrapper.ts";
import { UsageCounter } from "../verification/usage-counter.ts";
import { createUseWriter, type TokenUseRow, type UseWriter } from "../verification/use-writer.ts";
import { makeCheckpoint } from "./make-checkpoint.ts";
import { readCheckpointKeys, readEvidence } from "./read-evidence.ts";
import { UseSealer } from "./use-sealer.ts";
import { type Verification, type VerifyOptions, verifyEvidence } from "./verify-evidence.ts";

/** A process that writes evidence, whose timers never come. */
export type TestWriter = {
  writer: UseWriter;
  sealer: UseSealer;
  usage: UsageCounter;
  /** Writes a flush of so many rows. */
  write(count?: number, change?: Partial<TokenUseRow>): Promise<TokenUseRow[]>;
  stop(): Promise<void>;
};

export type Evidence = {
  db: Database;
  url: string;
  masterKey: Buffer;
  wrapper: KeyWrapper;
  /** @param now what its clock says. */
  newWriter(now?: () => Date): Promise<TestWriter>;
  checkpoint(at?: Date): Promise<bigint | null>;
  /** A statement of a superuser, whom no trigger stops. @returns its rows. */
  asSuperuser(statement: string): Promise<Record<string, unknown>[]>;
  verify(options?: Partial<VerifyOptions>): Promise<Verification>;
  jws(): Promise<string[]>;
  end(): Promise<void>;
};

export function useOf(change: Partial<TokenUseRow> = {}): TokenUseRow {
  const id = randomUUID();
  return {
    at: new Date(),
    refusal: null,
    source: "introspection",
    tokenId: id,
    tokenKind: "access",
    familyId: id,
    clientId: id,
    userId: null,
    subject: "somebody",
    verifierId: null,
    audience: null,
    method: null,
    path: null,
    ip: "192.0.2.7",
    userAgent: null,
    ...change,
  };
}

/** A database with keys, made at `since`, and writers, and somebody who owns it. */
export async function openEvidence(since?: Date): Promise<Evidence> {
  const { url } = await testDatabase();
  const db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  const masterKey = randomBytes(32);
  const wrapper = createKeyWrapper(masterKey);
  await ensureKeys(systemContext(db, "test", since), wrapper);
  const admin = new URL(inject("databaseAdminUrl"));
  admin.pathname = new URL(url).pathname;
  return {
    db,
    url,
    masterKey,
    wrapper,
    async newWriter(now = () => new Date()) {
      const writer = createUseWriter({ now });
      const fail = (error: unknown) => {
        throw error;
      };
      const usage = new UsageCounter(db, writer, fail, 3_600_000);
      await usage.flush();
      const sealer = new UseSealer(db, writer, fail, { everyMs: 3_600_000, now });
      await sealer.begin();
      return {
        writer,
        sealer,
        usage,
        async write(count = 1, change = {}) {
          const rows = Array.from({ length: count }, () => useOf(change));
          await writer.write(db, rows, null);
          usage.count(rows);
          return rows;
        },
        async stop() {
          await usage.stop();
          await sealer.stop();
        },
      };
    },
    checkpoint: (at) => makeCheckpoint(systemContext(db, "test", at), wrapper, 0),
    async asSuperuser(statement) {
      const client = new pg.Client({ connectionString: admin.toString() });
      await client.connect();
      try {
        await client.query("SET session_replication_role = replica");
        return (await client.query(statement)).rows as Record<string, unknown>[];
      } finally {
        await client.end();
      }
    },
    async verify(options = {}) {
      const keys = options.keys ?? (await readCheckpointKeys(db));
      return verifyEvidence(readEvidence(db), { held: null, at: new Date(), ...options, keys });
    },
    async jws() {
      return (await db.query<{ jws: string }>("SELECT jws FROM checkpoint ORDER BY number")).map(
        (row) => row.jws,
      );
    },
    end: () => db.end(),
  };
}
