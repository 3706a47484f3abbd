import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Sql } from "../db/sql.ts";
import type { JwtSigner } from "../keys/jwt-signer.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { Order } from "../revocations/model.ts";
import { readFeedAfter } from "../verification/read-orders.ts";
import { KnownLists } from "./known-lists.ts";
import {
  LIST_LIFETIME_SECONDS,
  LIST_SIGNED_EVERY_SECONDS,
  LIST_TTL_SECONDS,
  STATUS_BITS,
  STATUS_LISTS_PATH,
  statusListUri,
} from "./model.ts";
import { addRevokedTokens, readStatuses, type StatusListRecord } from "./read-statuses.ts";
import type { StatusArray } from "./status-array.ts";

const compress = promisify(gzip);

/** A list that orders go on changing is made anew so often at most. */
const REMAKE_MS = 250;
/** Reading one whole takes so small a part of the time at most; until then it changes by single tokens alone. */
const READ_PART = 20;
/** Orders that are added one by one; after more than that it is read whole. */
const MAX_ADDED = 2_000;
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
  array: StatusArray;
  position: bigint;
  disabled: string;
  changesAtMs: number;
  isSettled: boolean;
  /** When it was last read whole, by the clock that does not jump, and how long that took. */
  readAt: number;
  readMs: number;
};

type HeldList = {
  served: ServedList;
  read: ReadList;
  /** `read`, packed. */
  packed: string;
  keySetVersion: string;
  madeAt: number;
  /** Until then it is served although orders have come. */
  goodUntil: number;
};

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

function isRevokedToken({ verb, targetKind, effectiveFromMs }: Order): boolean {
  return verb === "revoke" && targetKind === "token" && effectiveFromMs === Number.NEGATIVE_INFINITY;
}

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
 * Keeps the status lists that this process was asked for. A list is made from the register and the orders, signed, and served from memory for some seconds, or until
 * an order comes or the keys change; where it cannot be made anew, until its time to live is over. Where nothing but single tokens was revoked since it was read, those are added; where nothing came, it is only signed anew.
 */
export function createStatusListKeeper(options: StatusListKeeperOptions): StatusListKeeper {
  const { db, issuer, registry, position, signer, requireCurrent } = options;
  const lists = new KnownLists(db);
  const disabledNow = createDisabledReader(registry);
  const held = new Map<number, HeldList>();
  const making = new Map<number, Promise<ServedList | null>>();

  /** Whether what was read is still true but for orders that came since. */
  function isBase(read: ReadList): boolean {
    return read.isSettled && read.disabled === disabledNow().text && read.changesAtMs > Date.now();
  }

  function isServable(list: HeldList, forSeconds = LIST_SIGNED_EVERY_SECONDS): boolean {
    const now = performance.now();
    if (now - list.madeAt >= forSeconds * 1_000) return false;
    if (list.keySetVersion !== registry().keySetVersion) return false;
    const { read } = list;
    const isUnchanged =
      read.position >= position() && read.changesAtMs > Date.now() && read.disabled === disabledNow().text;
    return isUnchanged || now < list.goodUntil;
  }

  async function readWhole(list: StatusListRecord): Promise<ReadList> {
    const disabled = disabledNow();
    // what is read afterwards holds all orders up to here
    const under = position();
    const readAt = performance.now();
    const { array, changesAt, isSettled } = await readStatuses(db, list, disabled.ids, new Date());
    return {
      array,
      position: under,
      disabled: disabled.text,
      changesAtMs: changesAt?.getTime() ?? Number.POSITIVE_INFINITY,
      isSettled,
      readAt,
      readMs: performance.now() - readAt,
    };
  }

  /** The list with what has come since it was read, or null where that is more than revocations of single tokens. */
  async function advance(list: StatusListRecord, read: ReadList): Promise<ReadList | null> {
    if (!isBase(read)) return null;
    if (read.position >= position()) return read;
    const entries = await readFeedAfter(db, read.position, MAX_ADDED);
    const last = entries.at(-1)?.position ?? read.position;
    const ids = entries.flatMap((entry) =>
      "targetKind" in entry && isRevokedToken(entry) ? entry.targetId : [],
    );
    if (last < position() || ids.length < entries.length) return null;
    await addRevokedTokens(db, list, read.array, ids);
    return { ...read, position: last };
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
    const advanced = before === undefined ? null : await advance(list, before.read);
    if (advanced === null && before !== undefined) {
      const { readAt, readMs } = before.read;
      before.goodUntil = readAt + Math.max(REMAKE_MS, READ_PART * readMs);
      if (isServable(before)) return before.served;
    }
    const read = advanced ?? (await readWhole(list));
    const packed = before !== undefined && read === before.read ? before.packed : await read.array.encode();
    const served = await sign(id, packed, iat);
    held.delete(id);
    const [oldest] = held.keys();
    if (held.size >= MAX_HELD && oldest !== undefined) held.delete(oldest);
    held.set(id, {
      served,
      read,
      packed,
      keySetVersion,
      madeAt: startedAt,
      goodUntil: startedAt + REMAKE_MS,
    });
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
    const work = make(id)
      .catch((error: unknown) => {
        // it says what it says for as long as it says
        const list = held.get(id);
        if (list !== undefined && isServable(list, LIST_TTL_SECONDS)) return list.served;
        throw error;
      })
      .finally(() => making.delete(id));
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
