import type { Logger } from "pino";
import { ClientKeyCache } from "#lib/client-keys/client-key-cache.ts";
import { fetchKeySet } from "#lib/client-keys/fetch-key-set.ts";
import { recordKeyFetch } from "#lib/client-keys/record-key-fetch.ts";
import { type DiskWatch, watchDisk } from "#lib/db/disk-space.ts";
import type { Sql } from "#lib/db/sql.ts";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import { withSamplePlaces } from "#lib/demo/sample-places.ts";
import type { Env } from "#lib/env.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import type { CountryOf } from "#lib/places/country-database.ts";
import { createReportedTokenFinder } from "#lib/reports/find-reported-token.ts";
import { createReportRecorder, type ReportRecorder } from "#lib/reports/report-recorder.ts";
import {
  createPresentedTokenRevoker,
  type PresentedToken,
} from "#lib/revocations/revoke-presented-tokens.ts";
import { UseSealer } from "#lib/seals/use-sealer.ts";
import { createStatusAllocator, type StatusAllocator } from "#lib/status-lists/allocate-status.ts";
import { createTokenRegister, type TokenRegister } from "#lib/tokens/register.ts";
import { CallerSightings } from "#lib/verification/caller-sightings.ts";
import { FeedFollower } from "#lib/verification/feed-follower.ts";
import { createPurgedWeekFinder } from "#lib/verification/purged-weeks.ts";
import { createTokenReader, type TokenReader } from "#lib/verification/read-token.ts";
import { RefusalCounter } from "#lib/verification/refusal-counter.ts";
import { createTokenFinder } from "#lib/verification/registered-token.ts";
import { createRelaxedRecorder, type RelaxedRecorder } from "#lib/verification/relaxed-recorder.ts";
import { UsageCounter } from "#lib/verification/usage-counter.ts";
import {
  createUseRecorder,
  createUseWriter,
  type UseRecorder,
  type UseWriter,
} from "#lib/verification/use-writer.ts";
import { type Bounds, createBounds } from "./bounds/bounds.ts";
import { type ConnectionReading, createReading } from "./bounds/reading.ts";
import { type AddressReader, createAddressReader } from "./client-address.ts";
import { Feed } from "./feed/feed.ts";
import { logFailure } from "./log-failure.ts";

/** What the authority's endpoints share in one process. */
export type Services = {
  env: Env;
  db: SqlDatabase;
  log: Logger;
  follower: FeedFollower;
  writer: UseWriter;
  register: TokenRegister;
  statuses: StatusAllocator;
  /** Where it is noted that something good for once was used: each statement commits by itself. */
  usedIds: Sql;
  reader: TokenReader;
  recorder: UseRecorder;
  reports: ReportRecorder;
  findReported: ReturnType<typeof createReportedTokenFinder>;
  relaxed: RelaxedRecorder;
  sightings: CallerSightings;
  usage: UsageCounter;
  refusals: RefusalCounter;
  bounds: Bounds;
  reading: ConnectionReading;
  feed: Feed;
  disk: DiskWatch;
  revokePresented(token: PresentedToken): Promise<bigint>;
  addresses: AddressReader;
  /** Opens and wraps what is kept by the master key. */
  wrapper: KeyWrapper;
  outbound: Outbound;
  clientKeys: ClientKeyCache;
  countryOf: CountryOf;
  stop(): Promise<void>;
};

export type ServicesOptions = {
  env: Env;
  db: SqlDatabase;
  databaseUrl: string;
  log: Logger;
  onRegistry(): void;
  /** Milliseconds that a stream of the feed may lie unread. */
  unreadMs?: number | undefined;
  clockToleranceMs?: number | undefined;
  countryOf: CountryOf;
  wrapper: KeyWrapper;
};

/** Starts what the endpoints share: the feed's follower first, so that nothing is answered under orders that were not read. */
export async function startServices({
  env,
  db,
  databaseUrl,
  log,
  onRegistry,
  unreadMs,
  clockToleranceMs,
  countryOf,
  wrapper,
}: ServicesOptions): Promise<Services> {
  const complain = (error: unknown) => logFailure(log, error, {}, "the database does not answer", true);
  let feed: Feed | null = null;
  const follower = await FeedFollower.start({
    db,
    databaseUrl,
    onRegistry: () => {
      onRegistry();
      feed?.refresh();
    },
    clockToleranceMs,
    onError: complain,
    onClock: ({ isWrong, offsetMs }) => {
      if (isWrong)
        log.error(
          { offsetMs },
          "the clock differs from the database's: nothing is answered until it is right",
        );
      else log.warn({ offsetMs }, "the clock is right again");
    },
  });
  const disk = await watchDisk(env.databaseDir, (isFull, space) => {
    if (isFull) log.error(space, "the database's disk is nearly full: nothing is taken in but revocations");
    else log.warn(space, "there is room on the database's disk again");
  });
  const writer = createUseWriter({ countryOf: env.demo ? withSamplePlaces(countryOf) : countryOf });
  const usage = new UsageCounter(db, writer, complain);
  // it is known before it answers anybody
  await usage.flush();
  const sealer = new UseSealer(db, writer, complain);
  await sealer.begin();
  const refusals = new RefusalCounter(db, complain);
  const find = createTokenFinder(db);
  const findPurgedWeek = createPurgedWeekFinder(db);
  const reader = createTokenReader({
    registry: () => follower.registry,
    find,
    findPurgedWeek,
    issuer: env.authorityIssuer,
  });
  const recorder = createUseRecorder({
    db,
    writer,
    position: () => follower.book.position,
    catchUp: (position) => follower.catchUp(position),
    onWritten: (rows) => usage.count(rows),
  });
  const reports = createReportRecorder({
    db,
    writer,
    onWritten: (rows, written) => usage.count(rows, written),
  });
  const relaxed = createRelaxedRecorder({
    db,
    writer,
    onWritten: (rows) => usage.count(rows),
    onError: complain,
  });
  // exchanges hold connections of the common pool while they wait for a place in a list
  const claimsDb = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden status list claims",
    maxSilenceMs: 5_000,
  });
  const statuses = createStatusAllocator({ db: claimsDb, writerId: writer.id });
  // that something was used stays true when the exchange that used it is rolled back, and an exchange holds a connection while it is written
  const usedIdsDb = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 4,
    applicationName: "tokenwarden used ids",
    maxSilenceMs: 5_000,
  });
  const outbound = createOutbound({ allow: env.outboundAllow });
  const clientKeys = new ClientKeyCache({
    fetch: (uri) => fetchKeySet(outbound, uri),
    onFetched: ({ id, jwksUri }, fetched) => {
      if ("error" in fetched)
        log.warn({ clientId: id, reason: fetched.error }, "a client's keys cannot be fetched");
      recordKeyFetch(db, { clientId: id, uri: jwksUri, at: new Date(), fetched }).catch(complain);
    },
  });
  const sightings = new CallerSightings(db, complain);
  const bounds = createBounds(env);
  const addresses = createAddressReader(env.trustedProxies);
  feed = new Feed({
    db,
    follower,
    issuer: env.authorityIssuer,
    wrapper,
    turnstile: bounds.turnstile,
    unreadMs,
    onSight: (verifier, at) => sightings.showed(verifier, at),
    onError: complain,
  });
  return {
    env,
    db,
    log,
    follower,
    writer,
    register: createTokenRegister(db, writer),
    statuses,
    usedIds: { query: usedIdsDb.query },
    reader,
    recorder,
    reports,
    findReported: createReportedTokenFinder({ find, findPurgedWeek }),
    relaxed,
    sightings,
    usage,
    refusals,
    bounds,
    reading: createReading(bounds.turnstile, addresses),
    feed,
    disk,
    revokePresented: createPresentedTokenRevoker(db, { onPlaced: (orders) => follower.offer(orders) }),
    addresses,
    wrapper,
    outbound,
    clientKeys,
    countryOf: env.demo ? withSamplePlaces(countryOf) : countryOf,
    async stop() {
      await feed.stop();
      outbound.close();
      await recorder.idle();
      await reports.idle();
      await statuses.stop();
      await claimsDb.end();
      await usedIdsDb.end();
      await relaxed.stop();
      await sightings.stop();
      await usage.stop();
      await sealer.stop();
      await refusals.stop();
      disk.stop();
      await follower.stop();
    },
  };
}
