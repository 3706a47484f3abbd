import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { PASTE_MAX } from "#lib/incidents/model.ts";
import { decoded } from "./decoded.ts";
import { linesOf, SECRET, seeTokens } from "./see-token.ts";
import { unescapings } from "./unescaped.ts";

/** A value that was pasted, by the id that it carries, its SHA-256, or both: never the value. */
export type PastedValue = { id?: string; hash?: string };

export type Paste = {
  values: PastedValue[];
  /** In which line each of them first stands; the first is 1. */
  lines: number[];
  /** How many of them were tokens, rather than ids and hashes. */
  tokens: number;
  /** How many of them were clients' secrets. */
  secrets: number;
  /** Whether a secret of a verifier, scanner, API token or link stood among them: those are not looked up. */
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

/** A client's secret, as long as one is. */
const CLIENT_SECRET = /(?<![0-9A-Za-z])twc_[0-9A-Za-z]{43}(?![0-9A-Za-z])/g;

/** The clients' secrets in some readings of a paste, each with its line. */
function clientSecretsIn(texts: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const text of texts) {
    const lineAt = linesOf(text);
    for (const { 0: value, index } of text.matchAll(CLIENT_SECRET))
      if (!found.has(value)) found.set(value, lineAt(index));
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
 * value is hashed where it stands. Runs in the browser before any request: the text goes nowhere.
 */
export function readPaste(text: string): Paste {
  const seen = seeTokens(text, PASTE_MAX + 1);
  const escaped = unescapings(text);
  const plain = escaped.at(-1) ?? "";
  const inside = decoded(plain);
  const texts = inside === plain ? escaped : [...escaped, inside];
  const known = seen.map(({ value }) => value);
  const names = new Map<string, number>();
  for (const one of texts) {
    // what is taken out of it are never line breaks
    const rest = without(one, known);
    const lineAt = linesOf(rest);
    for (const { 0: match, index } of rest.matchAll(NAME)) {
      const name = match.toLowerCase();
      if (!names.has(name)) names.set(name, lineAt(index));
    }
  }
  const tokens = seen.map(({ id, value }): PastedValue => {
    const hash = hashOf(value);
    return id === null ? { hash } : { id, hash };
  });
  const named = [...names.keys()].map(
    (name): PastedValue => (name.length === 64 ? { hash: name } : { id: name }),
  );
  const secrets = clientSecretsIn(texts);
  const all = [...tokens, ...[...secrets.keys()].map((value) => ({ hash: hashOf(value) })), ...named];
  return {
    values: all.slice(0, PASTE_MAX),
    lines: [...seen.map(({ line }) => line), ...secrets.values(), ...names.values()].slice(0, PASTE_MAX),
    tokens: Math.min(tokens.length, PASTE_MAX),
    secrets: Math.max(0, Math.min(secrets.size, PASTE_MAX - tokens.length)),
    hasSecret: texts.some((one) =>
      [...one.matchAll(new RegExp(SECRET, "g"))].some(
        ([value]) => !/^tw[ar]_/.test(value) && !secrets.has(value),
      ),
    ),
    isCut: all.length > PASTE_MAX,
  };
}
