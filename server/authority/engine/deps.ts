import type { IncomingMessage } from "node:http";
import type { CountedRefusal } from "#lib/audit/use-words.ts";
import type { ClientKeyCache } from "#lib/client-keys/client-key-cache.ts";
import type { Sql } from "#lib/db/sql.ts";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { MasterKeys } from "#lib/keys/master-keys.ts";
import type { CountryOf } from "#lib/places/country-database.ts";
import type { RegistrySnapshot } from "#lib/registry/snapshot.ts";
import type { StatusAllocator } from "#lib/status-lists/allocate-status.ts";
import type { TokenRegister } from "#lib/tokens/register.ts";
import type { OrderBook } from "#lib/verification/order-book.ts";
import type { Reading } from "#lib/verification/read-token.ts";
import type { TokenUseRow, UseWriter } from "#lib/verification/use-writer.ts";
import type { Bounds } from "#server/authority/bounds/bounds.ts";
import type { ConnectionReading } from "#server/authority/bounds/reading.ts";
import type { ExchangeGate } from "./exchange-gate.ts";

/** What the engine takes of a logger. */
export type EngineLog = {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
};

/** What the authority hands the protocol engine. */
export type EngineDeps = {
  env: Pick<Env, "authorityIssuer" | "environmentName">;
  db: SqlDatabase;
  log: EngineLog;
  /** Opens signing keys. */
  wrapper: KeyWrapper;
  /** 32 bytes that sealed state and cookies are derived from. */
  root: Buffer;
  /** What they were derived from before there was a root secret. */
  masterKeys: MasterKeys;
  registry(): RegistrySnapshot;
  register: TokenRegister;
  /** Where the statuses of JWTs stand. */
  statuses: Pick<StatusAllocator, "take">;
  /** Where it is noted that something good for once was used: each statement commits by itself, on connections that nothing else takes. */
  usedIds: Sql;
  orders(): OrderBook;
  /** True when the orders are too old to answer by. */
  isStale(): boolean;
  writer: UseWriter;
  gate: ExchangeGate;
  findToken(value: string): Promise<Reading>;
  /** Told of values that are no token of ours; raises the alarm over forged ones. */
  noticeUnknown(
    reading: Extract<Reading, { token: null }>,
    from: { ip: string | null; userAgent: string | null },
  ): Promise<void>;
  clientIp(req: IncomingMessage): string | null;
  countryOf: CountryOf;
  /** The public keys of clients that authenticate by them. */
  clientKeys: ClientKeyCache;
  /** Told of each secret of a client that was shown and is good. */
  showedSecret(secretId: string, at: Date): void;
  /** Told of uses after they are committed. */
  countUses(rows: readonly TokenUseRow[]): void;
  bounds: Bounds;
  reading: ConnectionReading;
  /** Told of what was refused without a token on record. */
  countRefusal(askerId: string, ip: string | null, refusal: CountedRefusal): void;
};
