import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Sql } from "../db/sql.ts";
import type { JwtSigner } from "../keys/jwt-signer.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { KnownLists } from "./known-lists.ts";
import {
  LIST_LIFETIME_SECONDS,
  LIST_TTL_SECONDS,
  STATUS_BITS,
  STATUS_LISTS_PATH,
  statusListUri,
} from "./model.ts";
import { readStatuses, type StatusListRecord } from "./read-statuses.ts";

const compress = promisify(gzip);

/** A token that reaches the register late, with a transaction that was under way when an order came, is there after so long. */
const LATE_MS = 35_000;
/** A list that orders go on changing is made anew so often at most, and in so small a part of the time. */
const REMAKE_MS = 250;
const REMAKE_PART = 20;
/** Lists in memory: a megabyte each where everything was taken back at random, some kilobytes mostly. */
const MAX_HELD = 64;

/** A status list token, ready to be sent. */
export type ServedList = {
  /** The JWT. */
  body: Buffer;
  /** The same, for who takes it compressed. */
  gzipped: Buffer;
  /** Of the content, without quotes. */
  tag: string;
};

/** What a list says, and what it was read under. */
type ReadList = {
  lst: string;
  position: bigint;
  disabled: string;
  /** Of the clock that does not jump. */
  readAt: number;
  changesAtMs: number;
  isSettled: boolean;
};

type HeldList = { served: ServedList; read: ReadList; keySetVersion: string; madeAt: number; tookMs: number };

export type StatusListKeeperOptions = {
  /** Connections apart from those that requests wait for. */
  db: Sql;
  issuer: string;
  registry(): RegistrySnapshot;
  /** The last position of the feed that this process has heard of. */
  position(): bigint;
  /** The signer of the present keys for status lists. */
  signer(): Promise<JwtSigner>;
  /** @throws where nothing may be said at the moment. */
  requireCurrent(): void;
};

export type StatusListKeeper = {
  /** A list from memory, where it is there and still says what it may; null where it has to be made. */
  held(id: number): ServedList | null;
  /**
   * A list, made anew where it has to be. Who asks at the same moment shares the work.
   *
   * @returns null where there is no such list.
   * @throws whatever the database throws, or `requireCurrent`.
   */
  get(id: number): Promise<ServedList | null>;
  /** The addresses of the lists whose tokens can still be live. @see draft-ietf-oauth-status-list-21 section 9.3 */
  addresses(): Promise<string[]>;
};

type DisabledClients = { ids: string[]; text: string };

/** The clients that are disabled, gathered once for each state of the registry. */
function createDisabledReader(registry: () => RegistrySnapshot): () => DisabledClients {
  let of: RegistrySnapshot | null = null;
  let disabled: DisabledClients = { ids: [], text: "" };
  return () => {
    const snapshot = registry();
    if (snapshot !== of) {
      const ids = [...snapshot.clientsByUuid.values()]
        .filter((client) => client.isDisabled)
        .map(({ id }) => id);
      disabled = { ids, text: ids.toSorted().join() };
      of = snapshot;
    }
    return disabled;
  };
}

/**
 * Keeps the status lists that this process was asked for. A list is made from the register and the orders, signed, and served from memory until its time to live
 * is over, an order comes, or the keys change. Where nothing can have changed since it was read, it is only signed anew.
 */
export function createStatusListKeeper(options: StatusListKeeperOptions): StatusListKeeper {
  const { db, issuer, registry, position, signer, requireCurrent } = options;
  const lists = new KnownLists(db);
  const disabledNow = createDisabledReader(registry);
  const held = new Map<number, HeldList>();
  const making = new Map<number, Promise<ServedList | null>>();
  /** When this process first saw the feed where it is. */
  let seen = { position: -1n, at: 0 };

  function lookAtFeed(): bigint {
    const now = position();
    if (now !== seen.position) seen = { position: now, at: performance.now() };
    return now;
  }

  function isServable(list: HeldList): boolean {
    const age = performance.now() - list.madeAt;
    if (age >= LIST_TTL_SECONDS * 1_000 || list.keySetVersion !== registry().keySetVersion) return false;
    const isUnchanged =
      list.read.position === lookAtFeed() &&
      list.read.changesAtMs > Date.now() &&
      list.read.disabled === disabledNow().text;
    return isUnchanged || age < Math.max(REMAKE_MS, REMAKE_PART * list.tookMs);
  }

  /** Whether reading it again would give the same. */
  function isStillTrue(read: ReadList): boolean {
    return (
      read.isSettled &&
      read.position === lookAtFeed() &&
      read.readAt - seen.at > LATE_MS &&
      read.disabled === disabledNow().text &&
      read.changesAtMs > Date.now()
    );
  }

  async function read(list: StatusListRecord): Promise<ReadList> {
    const disabled = disabledNow();
    const under = lookAtFeed();
    const readAt = performance.now();
    const { array, changesAt, isSettled } = await readStatuses(db, list, disabled.ids, new Date());
    return {
      lst: await array.encode(),
      position: under,
      disabled: disabled.text,
      readAt,
      changesAtMs: changesAt?.getTime() ?? Number.POSITIVE_INFINITY,
      isSettled,
    };
  }

  async function sign(id: number, lst: string, iat: number): Promise<ServedList> {
    const sign = await signer();
    const jwt = await sign({
      iss: issuer,
      sub: statusListUri(issuer, id),
      iat,
      exp: iat + LIST_LIFETIME_SECONDS,
      ttl: LIST_TTL_SECONDS,
      status_list: { bits: STATUS_BITS, lst, aggregation_uri: `${issuer}${STATUS_LISTS_PATH}` },
    });
    const body = Buffer.from(jwt, "latin1");
    return {
      body,
      gzipped: await compress(body),
      tag: createHash("sha256").update(body).digest("base64url").slice(0, 22),
    };
  }

  async function make(id: number): Promise<ServedList | null> {
    requireCurrent();
    const list = await lists.find(id);
    if (list === null) {
      held.delete(id);
      return null;
    }
    const startedAt = performance.now();
    const before = held.get(id);
    const { keySetVersion } = registry();
    // it says what was true when it was begun
    const iat = Math.floor(Date.now() / 1_000);
    const isSame = before !== undefined && isStillTrue(before.read);
    const current = isSame ? before.read : await read(list);
    const served = await sign(id, current.lst, iat);
    const tookMs = performance.now() - startedAt;
    held.delete(id);
    const [oldest] = held.keys();
    if (held.size >= MAX_HELD && oldest !== undefined) held.delete(oldest);
    held.set(id, { served, read: current, keySetVersion, madeAt: startedAt, tookMs });
    return served;
  }

  function heldNow(id: number): ServedList | null {
    const list = held.get(id);
    return list !== undefined && isServable(list) ? list.served : null;
  }

  async function makeOnce(id: number): Promise<ServedList | null> {
    // one that is under way may have been begun before what this one has heard of
    for (;;) {
      const now = heldNow(id);
      if (now !== null) return now;
      const underWay = making.get(id);
      if (underWay === undefined) break;
      await underWay.catch(() => {});
    }
    const work = make(id).finally(() => making.delete(id));
    making.set(id, work);
    return work;
  }

  return {
    held: heldNow,
    get: makeOnce,
    async addresses() {
      requireCurrent();
      const now = new Date();
      const live = await lists.live(now);
      return live.map((list) => statusListUri(issuer, list.id));
    },
  };
}
