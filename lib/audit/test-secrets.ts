import fc from "fast-check";
import { generateSecret, type SecretPrefix } from "../passwords/generated-secret.ts";
import { makeOpaque } from "../tokens/opaque.ts";

const GENERATED: readonly SecretPrefix[] = ["twc_", "twv_", "twk_", "tws_", "twp_", "twl_"];

/** A value that nobody but its holder may have, and what of it must not be read anywhere. */
export type SecretSample = { value: string; secret: string };

const bytes = (min: number, max = min) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((array) => Buffer.from(array));

const generated = fc
  .tuple(fc.constantFrom(...GENERATED), bytes(32))
  .map(([prefix, random]) => generateSecret(prefix, () => random).value)
  .map((value) => ({ value, secret: value.slice(4) }));

const opaque = fc
  .tuple(fc.constantFrom("twa_" as const, "twr_" as const), fc.uuid({ version: 7 }))
  .map(([prefix, id]) => makeOpaque(prefix, id))
  .map((value) => ({ value, secret: value.slice(4) }));

const webhookKey = bytes(24, 64)
  .map((key) => key.toString("base64"))
  .map((key) => ({ value: `whsec_${key}`, secret: key.replace(/=+$/, "") }));

const json = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const part = bytes(24, 96).map((content) => content.toString("base64url"));
const header = fc
  .record({
    alg: fc.constantFrom("ES256", "RS256", "EdDSA", "dir"),
    kid: fc.string(),
    typ: fc.constantFrom("at+jwt", "JWT"),
  })
  .map(json);
const payload = fc.record({ jti: fc.uuid(), sub: fc.string(), iat: fc.nat() }).map(json);
/** Dots as they are, or as an address has them. */
const dot = fc.constantFrom(".", "%2E", "%2e");

const signed = fc.tuple(header, payload, part, dot).map(([head, claims, signature, by]) => ({
  value: [head, claims, signature].join(by),
  secret: `${claims}${signature}`,
}));

const encrypted = fc
  .tuple(header, fc.constantFrom("", "aGlkZGVuIGtleSBvZiB0aGUgY29udGVudA"), part, part, part, dot)
  .map(([head, key, iv, text, tag, by]) => ({
    value: [head, key, iv, text, tag].join(by),
    secret: `${key}${iv}${text}${tag}`,
  }));

/** Cut off by whoever sent it, somewhere in what it says. */
const cut = fc.tuple(signed, fc.nat()).map(([{ value, secret }, at]) => ({
  value: value.slice(0, value.search(/\.|%2E/i) + 20 + (at % 100)),
  secret,
}));

/** Every kind of value that the product gives out or takes: all prefixes, keys of webhooks, JWTs and JWEs, whole and cut off. */
export const secretSample: fc.Arbitrary<SecretSample> = fc.oneof(
  generated,
  opaque,
  webhookKey,
  signed,
  encrypted,
  cut,
);

/** So many characters of a secret in a row are a part of it, and no accident. */
const TELLING = 12;

/** A piece of the secret that can be read in a text; undefined: none. */
export function pieceOf({ secret }: SecretSample, text: string | null): string | undefined {
  for (let at = 0; at + TELLING <= secret.length; at += 1) {
    const piece = secret.slice(at, at + TELLING);
    if (text?.includes(piece)) return piece;
  }
  return undefined;
}

/** Where somebody can send it: each as a request's target and as a user agent. */
export function placesOf(
  { value }: SecretSample,
  before: string,
  pad: number,
): { target: string; userAgent: string }[] {
  const targets = [
    `/${before}${value}/end`,
    `/path?access_token=${value}`,
    `/path?a=b&${value}`,
    `/path#access_token=${value}`,
    `/path;token=${value}?x`,
    `https://api.example.com/${before}${value}?token=${value}#${value}`,
    `HTTPS://user:${value}@api.example.com/path`,
    `wss://${value}@api.example.com/path`,
    // over the edge of what is kept
    `/${"x".repeat(Math.max(0, 510 - pad))}/${value}`,
  ];
  const agent = `${before}${value} (bot)`;
  const over = `${"x".repeat(Math.max(0, 255 - pad))} ${value}`;
  return targets.map((target, index) => ({ target, userAgent: index % 2 === 0 ? agent : over }));
}

/** Where a path ends, so that what stands there of others' systems, whose secrets have no form of ours, is not kept. */
export function placesOfForeign(value: string): string[] {
  const ends = ["?code=", ";jsessionid=", "#id_token=", "%3Fcode=", "%3fcode=", "%3Bsid=", "%23state="];
  return [
    ...ends.map((end) => `/app/index${end}${value}`),
    ...ends.map((end) => `https://api.example.com/app/index${end}${value}/more`),
    `https://user:${value}@api.example.com/app/index`,
  ];
}
