import { randomUUID } from "node:crypto";
import { Acknowledger } from "./acknowledger.ts";
import { AGENT, isOlderThan, VERSION } from "./agent.ts";
import { openAuthority, UnexpectedAnswer } from "./authority.ts";
import { type RefusalCode, VerifierError, type VerifierErrorCode } from "./errors.ts";
import { createTell, errorOf, type VerifierEvent } from "./events.ts";
import { FeedFollower } from "./feed-follower.ts";
import { FeedIntake } from "./feed-intake.ts";
import { createMessageReader, type Statement } from "./feed-messages.ts";
import { Introspection } from "./introspection.ts";
import { createJudge, type Seen, type VerifyOptions } from "./judge.ts";
import { openKeySet } from "./key-set.ts";
import { LastWord } from "./last-word.ts";
import { Latencies } from "./latencies.ts";
import { type Mode, parseOptions, type Revocation, type VerifierOptions } from "./options.ts";
import { pause } from "./pause.ts";
import { ProofChecker } from "./proof.ts";
import { createJwtReader } from "./read-jwt.ts";
import { ReportQueue } from "./report-queue.ts";
import { createRevocationCheck } from "./revocation-check.ts";
import { StatusLists } from "./status-lists.ts";
import { reportOf } from "./use-report.ts";
import type { VerifiedToken } from "./verified-token.ts";
import { modeOf, says, staleBound, type VerifierState } from "./verifier-state.ts";

export type {
  Mode,
  RefusalCode,
  Revocation,
  VerifiedToken,
  VerifierErrorCode,
  VerifierEvent,
  VerifierOptions,
  VerifierState,
  VerifyOptions,
};
export { VerifierError };

const WATCH_MS = 250;
/** Together less than the two seconds that a stopping process is left. */
const CLOSE_MS = 1_200;
const LAST_WORD_MS = 500;
/** An authority tells orders a moment before it gives out the key set that goes with them. */
const KEYS_AFTER_MS = 250;

export type Verifier = {
  /**
   * Resolves when the first token can be judged.
   *
   * @throws {VerifierError} `not_ready` where the authority does not know the secret, or where that takes too long (30 s where nothing is said); it goes on trying, and may be asked again.
   */
  ready(options?: { timeoutSeconds?: number }): Promise<void>;
  /** @throws {VerifierError} whose code says why the token is refused, or why nothing can be said about it. */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedToken>;
  readonly state: VerifierState;
  /** Sends what waits and ends every connection, within 2 s. What could not be sent stays in the file, or is lost and counted where there is none. */
  close(): Promise<void>;
};

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
  const authority = openAuthority(settings, closing.signal);
  const openKeys = (name: "keys" | "feedKeys") =>
    openKeySet({
      authority,
      name,
      settings,
      tell,
      closing: closing.signal,
      onFetched: () => acknowledger?.poke(),
    });
  const keys = openKeys("keys");
  const readJwt = createJwtReader(settings, keys);
  const introspection = new Introspection(authority, settings.introspectionConcurrency, settings.timeoutMs);
  const proofs = new ProofChecker(settings.clockToleranceSeconds);
  const word = new LastWord(settings.clockToleranceSeconds * 1_000);
  const intake = new FeedIntake(word);
  const latencies = new Latencies();
  const counts = { accepted: 0, refused: 0, stale: 0 };
  let statement: Statement | null = null;
  let isClosed = false;
  let wasStale = true;
  let wasClockBehind = false;

  const maxStalenessMs = () => staleBound(settings, statement);
  const lists = new StatusLists({ authority, keys, settings, tell, maxStalenessMs });
  const mode = (): Mode => modeOf(settings, statement);
  const revocations = createRevocationCheck({
    settings,
    intake,
    word,
    lists,
    introspection,
    keys,
    maxStalenessMs,
    isBoundKnown: () => settings.revocation !== "feed" || statement !== null,
  });

  const { judge } = createJudge({
    settings,
    readJwt,
    introspection,
    proofs,
    revocations,
    mode,
    onStale: () => {
      counts.stale += 1;
    },
  });

  const reports =
    settings.reports === null
      ? null
      : new ReportQueue({ authority, settings: settings.reports, instance, tell });
  const feedKeys = settings.revocation === "feed" ? openKeys("feedKeys") : null;
  const acknowledger =
    settings.secret === null ? null : new Acknowledger(authority, closing.signal, acknowledgement);
  const follower =
    feedKeys === null
      ? null
      : new FeedFollower({
          authority,
          messages: createMessageReader(feedKeys.get, settings.issuer),
          intake,
          instance,
          tell,
          closing: closing.signal,
          maxStalenessMs,
          onStatement,
          onApplied: (facts) => {
            acknowledger?.poke();
            if (facts.some((fact) => "target" in fact && fact.target.kind === "signing_key")) renewKeys();
          },
        });

  /** A key was taken back, and another signs in its place: it is fetched as soon as the authority gives it out, not half a minute after it was first met. */
  function renewKeys(): void {
    pause(KEYS_AFTER_MS * (1 + Math.random()), closing.signal)
      .then(() => keys.reload())
      .catch(() => undefined);
  }

  function onStatement(next: Statement): void {
    const { name, mode: its, maxStalenessSeconds, audiences, agentMinimum } = next;
    const isChanged = statement === null || contentOf(statement) !== contentOf(next);
    statement = next;
    // each connection begins with it
    if (!isChanged) return;
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
      ...(intake.mark === null ? {} : { mark: intake.mark }),
      agent: AGENT,
      way: wayNow() === "none" ? "status_list" : wayNow(),
      mode: mode(),
      max_staleness_seconds: Math.ceil(boundMs() / 1_000),
      ...counts,
      lost: reports?.lost ?? 0,
      ...(latency === null ? {} : { latency_us: latency }),
      // nothing is accepted any more: no order has to wait for us
      ...(isClosed ? { closing: true } : {}),
      kids: [...keys.kids, ...(feedKeys?.kids ?? [])],
    };
  }

  /** For how long a word is believed in truth: a list is over by itself. */
  function boundMs(): number {
    return settings.revocation === "status-list"
      ? Math.min(maxStalenessMs(), lists.lifetimeMs)
      : maxStalenessMs();
  }

  function wayNow(): VerifierState["way"] {
    if (follower !== null) return follower.way;
    return settings.revocation === "status-list"
      ? "status_list"
      : (settings.revocation as "introspection" | "none");
  }

  const running: Promise<void>[] = [keys.tend()];
  if (follower !== null) running.push(follower.run());
  // who checks signatures alone has nothing to acknowledge
  if (acknowledger !== null && settings.revocation !== "none") running.push(acknowledger.run());
  const sending = reports?.run() ?? Promise.resolve();
  const watching = setInterval(watch, WATCH_MS);
  watching.unref();

  function watch(): void {
    const { isStale, ageMs } = revocations.state();
    // one that was behind from the start never becomes ready: whoever listens is to know why
    if (word.isClockBehind !== wasClockBehind) {
      wasClockBehind = word.isClockBehind;
      if (wasClockBehind) tell({ type: "clock_behind" });
    }
    if (isStale === wasStale || !isReady()) return;
    wasStale = isStale;
    if (!isStale) tell({ type: "fresh" });
    else if (!word.isClockBehind) tell({ type: "stale", ageMs: ageMs ?? 0 });
  }

  function isReady(): boolean {
    if (keys.ageMs === Number.POSITIVE_INFINITY) return false;
    // before the console's bound is known nothing is good: ours may be the longer one
    return (
      follower === null ||
      (intake.book !== null && statement !== null && word.ageMs < Number.POSITIVE_INFINITY)
    );
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
    const report = reportOf(settings.audiences, seen, error, asked, us);
    if (report !== null) await reports.add(report);
  }

  return {
    async ready({ timeoutSeconds = 30 } = {}) {
      const deadline = performance.now() + timeoutSeconds * 1_000;
      if (settings.reports?.isStrict) await reports?.open();
      while (!isReady()) {
        if (isClosed) throw new VerifierError("closed", "The verifier was closed.");
        if (isUnknown(follower?.lastError))
          throw new VerifierError("not_ready", "The authority does not know the secret.", {
            cause: follower?.lastError,
          });
        if (performance.now() > deadline)
          throw new VerifierError(
            "not_ready",
            word.isClockBehind
              ? "This machine's clock is too far behind the authority's: nothing that it says can be taken for new."
              : "The authority was not heard in time.",
            { cause: follower?.lastError },
          );
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
      const { isStale, ageMs } = revocations.state();
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
        await acknowledger.send(LAST_WORD_MS).catch(() => undefined);
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

/** Waiting makes no secret good; one that is made good meanwhile is taken all the same. */
function isUnknown(error: Error | null | undefined): boolean {
  return error instanceof UnexpectedAnswer && error.status === 401;
}

/** A statement apart from when it was made. */
function contentOf(statement: Statement): string {
  return JSON.stringify({ ...statement, issuedAt: 0 });
}
