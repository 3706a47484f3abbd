import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { PASTE_MAX } from "#lib/incidents/model.ts";
import { decoded } from "./decoded.ts";
import { type OtherLines, otherLines } from "./other-lines.ts";
import { linesOf, SECRET, type Span, seeTokens } from "./see-token.ts";
import { unescapings } from "./unescaped.ts";

/** A value that was pasted, by the id that it carries, its SHA-256, or both: never the value. */
export type PastedValue = { id?: string; hash?: string };

export type Paste = {
  values: PastedValue[];
  /** In which line each of them first stands; the first is 1. */
  lines: number[];
  /** Whom each of them names as its issuer, where it is a JWT that does: not proven by anything. */
  issuers: (string | null)[];
  /** How many of them were tokens, rather than ids and hashes. */
  tokens: number;
  /** How many of them were secrets: of clients, verifiers, scanners, or API tokens. */
  secrets: number;
  /** The lines of the paste but those of `lines`. */
  others: OtherLines;
  /** Whether a set-up link, a signal receiver's secret, or a piece of a secret stood among them: those are not looked up. */
  hasSecret: boolean;
  /** Whether there were more than PASTE_MAX. */
  isCut: boolean;
};

// what logs and scanners call a jti or a hash
const KEY = `(?<![a-z0-9])(?:jti|token[_-]?id|(?:token|value)?[_-]?(?:hash|sha-?256))["']?[=:]["']?`;
// a jti or a hash by itself or after its name, not a part of an address, a path or a longer word; a full stop may end the sentence
const NAME = new RegExp(
  String.raw`(?:(?<![\w./:=-])|(?<=${KEY}))(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64})(?![\w/:-]|\.\w)`,
  "gi",
);

/** A secret of a client, verifier or scanner, or an API token, as long as one is. */
const WHOLE_SECRET = /(?<![0-9A-Za-z])tw[cvlk]_[0-9A-Za-z]{43}(?![0-9A-Za-z])/g;

/** Values that were seen, each with the lines that it stands in. */
type Seen = Map<string, Span[]>;

/** What of some readings of a paste is as `pattern` says. */
function seenIn(texts: readonly string[], pattern: RegExp, asValue = (match: string) => match): Seen {
  const found: Seen = new Map();
  for (const text of texts) {
    const lineAt = linesOf(text);
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const [value, line] = [asValue(match), lineAt(index)];
      const spans = found.get(value) ?? [];
      spans.push({ from: line, to: line });
      found.set(value, spans);
    }
  }
  return found;
}

const hashOf = (value: string) => bytesToHex(sha256(utf8ToBytes(value)));

/** Text without the tokens that were seen in it, so that nothing inside of one is taken for a name. */
function without(text: string, values: readonly string[]): string {
  if (values.length === 0) return text;
  const known = new Set(values);
  // every token stands in one run of such characters
  return text.replace(/[\w.~%+/-]{20,}/g, (run) => (known.has(run) || holdsOne(run, known) ? " " : run));
}

function holdsOne(run: string, known: ReadonlySet<string>): boolean {
  return /eyJ|tw[ar]_/.test(run) || known.has(run);
}

/**
 * Reads a paste of any kind, of one token or ten thousand: JWTs, opaque tokens, jtis, SHA-256 hashes, lines of a log, credentials of HTTP, git, npm or Docker in base64, the findings of a secret scanner. Each
 * value is hashed where it stands, and each line is accounted for. Runs in the browser before any request: the text goes nowhere.
 */
export function readPaste(text: string): Paste {
  const tokens = seeTokens(text, PASTE_MAX + 1);
  const escaped = unescapings(text);
  const plain = escaped.at(-1) ?? "";
  const inside = decoded(plain);
  const texts = inside === plain ? escaped : [...escaped, inside];
  const known = tokens.map(({ value }) => value);
  const secrets = seenIn(texts, WHOLE_SECRET);
  // what is taken out of it are never line breaks
  const rests = texts.map((one) => without(one, known));
  const names = seenIn(rests, NAME, (match) => match.toLowerCase());
  const unasked = seenIn(texts, new RegExp(SECRET, "g"));
  for (const value of unasked.keys()) if (/^tw[ar]_/.test(value) || secrets.has(value)) unasked.delete(value);
  const all = [
    ...tokens.map(({ id, value, issuer, spans }) => {
      const hash = hashOf(value);
      return { value: id === null ? { hash } : { id, hash }, issuer, spans };
    }),
    ...[...secrets].map(([value, spans]) => ({ value: { hash: hashOf(value) }, issuer: null, spans })),
    ...[...names].map(([name, spans]) => ({
      value: name.length === 64 ? { hash: name } : { id: name },
      issuer: null,
      spans,
    })),
  ];
  const taken = all.slice(0, PASTE_MAX);
  return {
    values: taken.map(({ value }) => value),
    lines: taken.map(({ spans }) => spans[0]?.from ?? 1),
    issuers: taken.map(({ issuer }) => issuer),
    tokens: Math.min(tokens.length, PASTE_MAX),
    secrets: Math.max(0, Math.min(secrets.size, PASTE_MAX - tokens.length)),
    others: otherLines({
      text,
      plain,
      inside,
      taken: taken.map(({ spans }) => spans),
      left: all.slice(PASTE_MAX).flatMap(({ spans }) => spans),
      unasked: [...unasked.values()].flat(),
      // from there on no more tokens were looked for
      stoppedAt: tokens.length > PASTE_MAX ? (tokens.at(-1)?.spans[0]?.from ?? null) : null,
    }),
    hasSecret: unasked.size > 0,
    isCut: all.length > PASTE_MAX,
  };
}
