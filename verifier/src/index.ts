import { randomUUID } from "node:crypto";
import { Acknowledger } from "./acknowledger.ts";
import { AGENT, isOlderThan, VERSION } from "./agent.ts";
import { openAuthority } from "./authority.ts";
import { type RefusalCode, VerifierError, type VerifierErrorCode } from "./errors.ts";
import { createTell, errorOf, type VerifierEvent } from "./events.ts";
import { FeedFollower } from "./feed-follower.ts";
import { FeedIntake } from "./feed-intake.ts";
import { createMessageReader, type Statement } from "./feed-messages.ts";
import { Introspection } from "./introspection.ts";
import { LastWord } from "./last-word.ts";
import { Latencies } from "./latencies.ts";
import {
  DEFAULT_MAX_STALENESS_MS,
  type Mode,
  parseOptions,
  type Revocation,
  type Settings,
  type VerifierOptions,
} from "./options.ts";
import { backoffMs, pause } from "./pause.ts";
import { ProofChecker } from "./proof.ts";
import { createJwtReader, JwtRefusal } from "./read-jwt.ts";
import { cleanPath, cleanText, makeReportId, type Report } from "./report.ts";
import { ReportQueue } from "./report-queue.ts";
import { createRevocationCheck, type Word } from "./revocation-check.ts";
import { StatusLists } from "./status-lists.ts";
import { tokenOf, type VerifiedToken } from "./verified-token.ts";

export type {
  Mode,
  RefusalCode,
  Revocation,
  VerifiedToken,
  VerifierErrorCode,
  VerifierEvent,
  VerifierOptions,
};
export { VerifierError };

/** Longest token that is looked at, in characters. */
const MAX_TOKEN_LENGTH = 16_384;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Refusals that are on record with the token. The others are of values that are no token of the authority's, or that it refused itself. */
const REPORTED = new Set<VerifierErrorCode>([
  "audience",
  "expired",
  "not_yet_valid",
  "revoked",
  "suspended",
  "client_disabled",
  "permission",
  "proof_missing",
  "proof_invalid",
  "status_missing",
  "stale",
  "unavailable",
]);
const OPAQUE = /^twa_[0-9A-Za-z]{40,128}$/;
const WATCH_MS = 250;
const CLOSE_MS = 5_000;

/** What a request asks of its token, and what is put on record of it. */
export type VerifyOptions = {
  /** All of them must be in the token. */
  permissions?: readonly string[];
  method?: string;
  /** Its query string is not kept. */
  path?: string;
  ip?: string;
  userAgent?: string;
  /** The `DPoP` header of a request that presents a token bound to a key (RFC 9449). Wants `method` and `url`. */
  proof?: string;
  /** The address that the request was sent to, as its sender sees it. */
  url?: string;
};

export type VerifierState = {
  revocation: Revocation;
  /** How facts come at the moment; `none`: this verifier learns of no revocation, and accepts a token until it expires. */
  way: "feed" | "poll" | "status_list" | "introspection" | "none";
  mode: Mode;
  isReady: boolean;
  /** In strict mode everything is refused, in lenient mode what is accepted is marked. */
  isStale: boolean;
  /** Age of the authority's last word, in milliseconds; null where there is none, or none is needed. */
  ageMs: number | null;
  maxStalenessMs: number;
  /** In the feed; null for other ways. */
  position: number | null;
  /** Facts held. */
  facts: number;
  /** Messages that the feed's key did not sign, dropped. */
  forged: number;
  accepted: number;
  refused: number;
  /** Refused, or accepted in lenient mode, while stale. */
  stale: number;
  reports: { waiting: number; lost: number } | null;
  /** What keeps it from hearing the authority; null where nothing does. */
  lastError: string | null;
  /** This process, as the console lists it. */
  instance: string;
  /** All this in one sentence. */
  says: string;
};

export type Verifier = {
  /**
   * Resolves when the first token can be judged.
   *
   * @throws {VerifierError} `not_ready` where that takes too long (30 s where nothing is said); it goes on trying, and may be asked again.
   */
  ready(options?: { timeoutSeconds?: number }): Promise<void>;
  /** @throws {VerifierError} whose code says why the token is refused, or why nothing can be said about it. */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedToken>;
  readonly state: VerifierState;
  /** Sends what waits, within 5 s, and ends every connection. */
  close(): Promise<void>;
};

const REFUSED: Partial<Record<VerifierErrorCode, string>> = {
  audience: "The token is for another audience.",
  inactive: "The authority says that the token is not good.",
  proof_missing: "The token is bound to a key, and its holder did not prove it.",
};

const refusal = (code: RefusalCode) => new VerifierError(code, REFUSED[code] ?? code);

/**
 * A verifier for one API process. It begins to listen to the authority at once, and recovers by itself from whatever ends.
 *
 * @throws {VerifierError} `invalid_option` that names the option and what it may be.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = parseOptions(options);
  const tell = createTell(options.onEvent);
  const instance = randomUUID();
  const closing = new AbortController();
  const authority = openAuthority(settings, tell, closing.signal);
  const keys = authority.keySet("keys");
  const readJwt = createJwtReader(settings, keys.get);
  const introspection = new Introspection(authority, settings.introspectionConcurrency, settings.timeoutMs);
  const proofs = new ProofChecker(settings.clockToleranceSeconds);
  const word = new LastWord(settings.clockToleranceSeconds * 1_000);
  const intake = new FeedIntake(word);
  const lists = new StatusLists(authority, keys, settings, tell);
  const latencies = new Latencies();
  const counts = { accepted: 0, refused: 0, stale: 0 };
  let statement: Statement | null = null;
  let isClosed = false;
  let wasStale = true;

  const maxStalenessMs = () => staleBound(settings, statement);
  const mode = (): Mode => modeOf(settings, statement);
  const wordNow = createRevocationCheck({
    settings,
    intake,
    word,
    lists,
    introspection,
    keys,
    maxStalenessMs,
  });

  const reports =
    settings.reports === null
      ? null
      : new ReportQueue({ authority, settings: settings.reports, instance, tell });
  const acknowledger =
    settings.secret === null ? null : new Acknowledger(authority, closing.signal, acknowledgement);
  const follower =
    settings.revocation !== "feed"
      ? null
      : new FeedFollower({
          authority,
          messages: createMessageReader(authority.keySet("feedKeys").get, settings.issuer),
          intake,
          instance,
          tell,
          closing: closing.signal,
          maxStalenessMs,
          onStatement,
          onApplied: () => acknowledger?.poke(),
        });

  function onStatement(next: Statement): void {
    const { name, mode: its, maxStalenessSeconds, audiences, agentMinimum } = next;
    statement = next;
    tell({ type: "registered", name, mode: its, maxStalenessSeconds });
    for (const audience of settings.audiences)
      if (!audiences.includes(audience)) tell({ type: "audience_unregistered", audience });
    if (agentMinimum !== null && isOlderThan(VERSION, agentMinimum))
      tell({ type: "outdated", minimum: agentMinimum });
  }

  function acknowledgement(): Record<string, unknown> {
    const latency = latencies.take();
    return {
      instance,
      position: intake.position,
      agent: AGENT,
      way: wayNow() === "none" ? "status_list" : wayNow(),
      mode: mode(),
      max_staleness_seconds: Math.round(maxStalenessMs() / 1_000),
      ...counts,
      lost: reports?.lost ?? 0,
      ...(latency === null ? {} : { latency_us: latency }),
    };
  }

  function wayNow(): VerifierState["way"] {
    if (follower !== null) return follower.way;
    return settings.revocation === "status-list"
      ? "status_list"
      : (settings.revocation as "introspection" | "none");
  }

  /** Fetches the keys before the first token comes. */
  async function warm(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt += 1)
      try {
        await keys.reload();
        return;
      } catch {
        await pause(backoffMs(attempt, 5_000), closing.signal);
      }
  }

  const running: Promise<void>[] = [warm()];
  if (follower !== null) running.push(follower.run());
  // who checks signatures alone has nothing to acknowledge
  if (acknowledger !== null && settings.revocation !== "none") running.push(acknowledger.run());
  const sending = reports?.run() ?? Promise.resolve();
  const watching = setInterval(watch, WATCH_MS);
  watching.unref();

  function watch(): void {
    const { isStale, ageMs } = wordNow.state();
    if (isStale === wasStale || !isReady()) return;
    wasStale = isStale;
    if (!isStale) tell({ type: "fresh" });
    else tell(word.isClockBehind ? { type: "clock_behind" } : { type: "stale", ageMs: ageMs ?? 0 });
  }

  function isReady(): boolean {
    if (keys.ageMs === Number.POSITIVE_INFINITY) return false;
    return follower === null || (intake.book !== null && word.ageMs < Number.POSITIVE_INFINITY);
  }

  /** Everything but the record. */
  async function judge(value: string, asked: VerifyOptions, seen: Seen): Promise<VerifiedToken> {
    if (typeof value !== "string" || value === "" || value.length > MAX_TOKEN_LENGTH)
      throw new VerifierError("malformed", "It is no access token.");
    const token = value.startsWith("tw")
      ? await judgeOpaque(value, asked, seen)
      : await judgeJwt(value, asked, seen);
    await requireProof(value, token, asked);
    for (const name of asked.permissions ?? [])
      if (!token.permissions.includes(name))
        throw new VerifierError("permission", `The token lacks ${name}.`);
    return token;
  }

  async function judgeOpaque(value: string, asked: VerifyOptions, seen: Seen): Promise<VerifiedToken> {
    if (!OPAQUE.test(value)) throw new VerifierError("malformed", "It is no access token.");
    if (settings.secret === null)
      throw new VerifierError("unsupported_token", "Opaque tokens need the verifier's secret.");
    const claims = await introspection.ask(value, asked);
    if (claims === null) throw refusal("inactive");
    const token = tokenOf(claims, "opaque");
    if (!token.audiences.some((name) => settings.audiences.includes(name))) throw refusal("audience");
    // introspection has put the use on record; only a refusal of ours remains to be told
    seen.token = token;
    seen.isRecorded = true;
    return token;
  }

  async function judgeJwt(value: string, asked: VerifyOptions, seen: Seen): Promise<VerifiedToken> {
    const { token, signingKey } = await readJwt(value);
    seen.token = token;
    const said: Word = await wordNow.about(value, token, signingKey, asked);
    if (settings.revocation === "introspection") seen.isRecorded = true;
    if (said.refusal !== null) throw new VerifierError(said.refusal.code, said.refusal.message);
    if (!said.isStale) return token;
    counts.stale += 1;
    if (mode() === "strict")
      throw new VerifierError("stale", "Nobody can say at the moment whether the token was revoked.");
    return { ...token, isStale: true };
  }

  async function requireProof(value: string, token: VerifiedToken, asked: VerifyOptions): Promise<void> {
    const bound = token.claims.cnf;
    const { proof, method, url } = asked;
    if (bound === undefined || bound === null) {
      if (proof !== undefined) throw new VerifierError("proof_invalid", "The token is bound to no key.");
      return;
    }
    const thumbprint = (bound as { jkt?: unknown }).jkt;
    if (typeof thumbprint !== "string" || proof === undefined || method === undefined || url === undefined)
      throw refusal("proof_missing");
    await proofs.check(value, thumbprint, { proof, method, url });
  }

  function reportOf(
    seen: Seen,
    error: VerifierError | null,
    asked: VerifyOptions,
    us: number,
  ): Report | null {
    const id = seen.token?.id ?? (error instanceof JwtRefusal ? error.tokenId : null);
    if (id === null || !UUID.test(id)) return null;
    if (error === null ? seen.isRecorded : !REPORTED.has(error.code)) return null;
    const now = Date.now();
    const audience = seen.token?.audiences.find((name) => settings.audiences.includes(name));
    const report: Report = {
      id: makeReportId(now),
      at: new Date(now).toISOString(),
      token: id,
      outcome: error === null ? "allowed" : "refused",
      latency_us: Math.round(us),
    };
    if (error !== null) report.refusal = error.code;
    if (asked.method !== undefined) report.method = asked.method.toUpperCase().slice(0, 16);
    const path = cleanPath(asked.path);
    if (path !== undefined) report.path = path;
    if (asked.ip !== undefined) report.ip = asked.ip;
    const userAgent = cleanText(asked.userAgent, 256);
    if (userAgent !== undefined) report.user_agent = userAgent;
    if (audience !== undefined) report.audience = audience;
    return report;
  }

  async function record(
    seen: Seen,
    error: VerifierError | null,
    asked: VerifyOptions,
    startedAt: number,
  ): Promise<void> {
    const us = (performance.now() - startedAt) * 1_000;
    latencies.add(us);
    if (reports === null) return;
    const report = reportOf(seen, error, asked, us);
    if (report !== null) await reports.add(report);
  }

  return {
    async ready({ timeoutSeconds = 30 } = {}) {
      const deadline = performance.now() + timeoutSeconds * 1_000;
      if (settings.reports?.isStrict) await reports?.open();
      while (!isReady()) {
        if (isClosed) throw new VerifierError("closed", "The verifier was closed.");
        if (performance.now() > deadline)
          throw new VerifierError("not_ready", "The authority was not heard in time.", {
            cause: follower?.lastError,
          });
        // keeps the process alive, which waits for this
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },

    async verify(value, asked = {}) {
      if (isClosed) throw new VerifierError("closed", "The verifier was closed.");
      const startedAt = performance.now();
      const seen: Seen = { token: null, isRecorded: false };
      try {
        if (settings.reports?.isStrict && reports?.isFull)
          throw new VerifierError("audit_unavailable", "Uses cannot be put on record at the moment.");
        const token = await judge(value, asked, seen);
        await record(seen, null, asked, startedAt);
        counts.accepted += 1;
        return token;
      } catch (thrown) {
        const error =
          thrown instanceof VerifierError
            ? thrown
            : new VerifierError("unavailable", "The token cannot be judged.", { cause: errorOf(thrown) });
        counts.refused += 1;
        tell({ type: "refused", code: error.code });
        if (error.code !== "audit_unavailable") await record(seen, error, asked, startedAt);
        throw error;
      }
    },

    get state() {
      const { isStale, ageMs } = wordNow.state();
      const state = {
        revocation: settings.revocation,
        way: wayNow(),
        mode: mode(),
        isReady: isReady(),
        isStale,
        ageMs,
        maxStalenessMs: maxStalenessMs(),
        position: follower === null ? null : intake.position,
        facts: intake.book?.size ?? 0,
        forged: follower?.forged ?? 0,
        ...counts,
        reports: reports === null ? null : { waiting: reports.waiting, lost: reports.lost },
        lastError: follower?.lastError?.message ?? null,
        instance,
      };
      return { ...state, says: says(state) };
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(watching);
      await reports?.close(sending, CLOSE_MS);
      if (acknowledger !== null && settings.revocation !== "none" && isReady())
        await acknowledger.send().catch(() => undefined);
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

/** What was learnt of a presented value on the way. */
type Seen = {
  /** Null until it is known to be the authority's. */
  token: VerifiedToken | null;
  /** The authority wrote it down itself when it was asked. */
  isRecorded: boolean;
};

function staleBound(settings: Settings, statement: Statement | null): number {
  const its = statement === null ? Number.POSITIVE_INFINITY : statement.maxStalenessSeconds * 1_000;
  const bound = Math.min(settings.maxStalenessMs ?? Number.POSITIVE_INFINITY, its);
  return bound === Number.POSITIVE_INFINITY ? DEFAULT_MAX_STALENESS_MS : bound;
}

function modeOf(settings: Settings, statement: Statement | null): Mode {
  if (settings.mode === "strict" || statement?.mode === "strict") return "strict";
  return settings.mode ?? statement?.mode ?? "strict";
}

function says(state: Omit<VerifierState, "says">): string {
  if (!state.isReady)
    return `The authority was not heard yet${state.lastError ? `: ${state.lastError}` : ""}.`;
  if (state.revocation === "none") return "Revocation is not checked: a token is accepted until it expires.";
  if (state.revocation === "introspection") return "Each token is asked about at the authority.";
  const age = state.ageMs === null ? "" : `, heard ${Math.round(state.ageMs)} ms ago`;
  if (!state.isStale) return `Revocations are known${age}.`;
  return state.mode === "strict"
    ? `Every token is refused: the authority was not heard in time${age}.`
    : `Tokens are accepted without knowing of new revocations${age}.`;
}
