import { createHmac, createSign, generateKeyPairSync, sign as signWith } from "node:crypto";
import { CompactEncrypt } from "jose";
import { uuidv7 } from "#lib/ids.ts";
import { type Forger, malleated, part } from "./test-forgery.ts";

export type Forgery = [name: string, make: () => string | Promise<string>];

const ALGORITHMS = [
  "RS256",
  "RS512",
  "PS256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
  "ML-DSA-44",
  "ES256K",
  "",
];

function hmac(header: object, payload: unknown, secret: string | Buffer): string {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** Headers that ask for another algorithm, key or format than ours. */
export function forgedHeaders(forger: Forger, trapUrl: string): Forgery[] {
  const { header, payload, publicKey } = forger;
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ownJwk = own.publicKey.export({ format: "jwk" });
  const byOwn = (given: object) => {
    const input = `${part(given)}.${part(payload)}`;
    return `${input}.${createSign("sha256").update(input).sign({ key: own.privateKey, dsaEncoding: "ieee-p1363" }, "base64url")}`;
  };
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const byRsa = (alg: string) => {
    const input = `${part({ ...header, alg })}.${part(payload)}`;
    return `${input}.${signWith("sha256", Buffer.from(input), rsa).toString("base64url")}`;
  };
  const jwk = publicKey.export({ format: "jwk" });
  const pem = publicKey.export({ format: "pem", type: "spki" });
  const der = publicKey.export({ format: "der", type: "spki" });
  const nones = ["none", "None", "NONE", "nOnE", " none", "none\u0000", "nоne"];
  return [
    ...nones.map(
      (alg): Forgery => [
        `alg ${JSON.stringify(alg)} without a signature`,
        () => `${part({ ...header, alg })}.${part(payload)}.`,
      ],
    ),
    ...nones.map(
      (alg): Forgery => [
        `alg ${JSON.stringify(alg)} with the signature it had`,
        () => forger.under({ ...header, alg }),
      ],
    ),
    ["HS256 keyed with our public key as PEM", () => hmac({ ...header, alg: "HS256" }, payload, pem)],
    [
      "HS256 keyed with our public key as PEM without its last line feed",
      () => hmac({ ...header, alg: "HS256" }, payload, String(pem).trimEnd()),
    ],
    ["HS256 keyed with our public key as DER", () => hmac({ ...header, alg: "HS256" }, payload, der)],
    [
      "HS256 keyed with our public key as a JWK",
      () => hmac({ ...header, alg: "HS256" }, payload, JSON.stringify(jwk)),
    ],
    ["HS256 keyed with nothing", () => hmac({ ...header, alg: "HS256" }, payload, "")],
    ["RS256 by a key of the attacker's under our kid", () => byRsa("RS256")],
    ...ALGORITHMS.map(
      (alg): Forgery => [
        `alg ${alg || "that is empty"} under our kid`,
        () => forger.under({ ...header, alg }),
      ],
    ),
    ["no alg", () => forger.under({ typ: header.typ, kid: header.kid })],
    ["an alg that is an array", () => forger.sign({ ...header, alg: ["ES256"] }, payload)],
    ["a key of the attacker's under our kid", () => byOwn(header)],
    ["a key of the attacker's under a kid of theirs", () => byOwn({ ...header, kid: "es256-unknown" })],
    ["a jwk in the header, signed by it", () => byOwn({ ...header, jwk: ownJwk })],
    [
      "a jwk in the header under a kid of theirs",
      () => byOwn({ ...header, kid: "x", jwk: { ...ownJwk, kid: "x" } }),
    ],
    ...["jku", "x5u"].flatMap((name): Forgery[] => [
      [`${name} signed by the attacker`, () => byOwn({ ...header, [name]: trapUrl })],
      [`${name} signed by us`, () => forger.sign({ ...header, [name]: trapUrl }, payload)],
      [`${name} of another scheme`, () => byOwn({ ...header, [name]: "file:///etc/passwd" })],
    ]),
    ["x5c", () => byOwn({ ...header, x5c: [der.toString("base64")] })],
    ["x5t", () => forger.sign({ ...header, x5t: "AAAA" }, payload)],
    ["iss in the header as an address", () => byOwn({ ...header, kid: trapUrl, iss: trapUrl })],
    ["crit of what nobody knows", () => forger.sign({ ...header, crit: ["new"], new: 1 }, payload)],
    ["crit that is empty", () => forger.sign({ ...header, crit: [] }, payload)],
    ["crit that is no array", () => forger.sign({ ...header, crit: "exp", exp: 1 }, payload)],
    ["crit of b64", () => forger.sign({ ...header, crit: ["b64"], b64: false }, payload)],
    ["b64 false alone", () => forger.sign({ ...header, b64: false }, payload)],
    ["zip", () => forger.sign({ ...header, zip: "DEF" }, payload)],
    ["a huge p2c", () => forger.sign({ ...header, p2c: 2 ** 31, p2s: "AAAA" }, payload)],
    [
      "PBES2 with a huge p2c",
      () =>
        `${part({ alg: "PBES2-HS512+A256KW", enc: "A256GCM", p2c: 2 ** 31 - 1, p2s: part("salt"), kid: header.kid, typ: "at+jwt" })}.AAAA.AAAA.AAAA.AAAA`,
    ],
    ["an epk", () => forger.sign({ ...header, epk: jwk }, payload)],
    [
      "a JWE to a key of the attacker's",
      () =>
        new CompactEncrypt(Buffer.from(forger.token))
          .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", cty: "JWT" })
          .encrypt(own.publicKey),
    ],
    ["a kid that is missing", () => forger.sign({ ...header, kid: undefined }, payload)],
    ["a kid that is null", () => forger.sign({ ...header, kid: null }, payload)],
    ["a kid that is an array", () => forger.sign({ ...header, kid: [header.kid] }, payload)],
    ["a kid that is an object", () => forger.sign({ ...header, kid: { toString: header.kid } }, payload)],
    ["a kid that is a number", () => forger.sign({ ...header, kid: 0 }, payload)],
    ...[
      "../../etc/passwd",
      "/dev/null",
      "' OR 1=1 --",
      `${header.kid}\0`,
      `${header.kid} `,
      "__proto__",
      "constructor",
      "toString",
      "",
      "%00",
      "|id",
      String(header.kid).toUpperCase(),
    ].map(
      (kid): Forgery => [
        `a kid that is ${JSON.stringify(kid)}`,
        () => forger.sign({ ...header, kid }, payload),
      ],
    ),
    ["a kid of 12 KB", () => forger.sign({ ...header, kid: "k".repeat(9_000) }, payload)],
    ["a kid of 64 KB", () => forger.sign({ ...header, kid: "k".repeat(48_000) }, payload)],
    ...[
      "JWT",
      "jwt",
      "AT+JWT",
      "application/at+jwt",
      "at+jwt ",
      "",
      "dpop+jwt",
      "statuslist+jwt",
      "logout+jwt",
      "secevent+jwt",
      ["at+jwt"],
      null,
      undefined,
    ].map(
      (typ): Forgery => [
        `typ ${JSON.stringify(typ) ?? "missing"}`,
        () => forger.sign({ ...header, typ }, payload),
      ],
    ),
    [
      "a member of the header twice, the last one good",
      () => forger.sign(`{"alg":"none",${JSON.stringify(header).slice(1)}`, payload),
    ],
    [
      "a member of the header twice, the last one bad",
      () => forger.sign(`${JSON.stringify(header).slice(0, -1)},"alg":"none"}`, payload),
    ],
    [
      "__proto__ in the header",
      () => forger.sign(`{"__proto__":{"kid":"${header.kid}","alg":"ES256","typ":"at+jwt"}}`, payload),
    ],
    ["a header that is an array", () => forger.sign([header], payload)],
    ["a header that is null", () => forger.sign("null", payload)],
    ["a header that is no JSON", () => forger.sign("{", payload)],
    ["a header with a byte order mark", () => forger.sign(`\uFEFF${JSON.stringify(header)}`, payload)],
    ["a nested token", () => forger.sign({ ...header, cty: "JWT" }, forger.token)],
  ];
}

/** Claims over which the real key signed: what counts is the register alone. */
export function forgedClaims(forger: Forger): Forgery[] {
  const { header, payload } = forger;
  const signed = (change: Record<string, unknown>) => forger.sign(header, { ...payload, ...change });
  const text = JSON.stringify(payload);
  return [
    ["the same claims signed anew", () => forger.sign(header, payload)],
    ["a later expiry", () => signed({ exp: 9_999_999_999 })],
    ...["9999999999", 1.5, -1, null, undefined, [], {}, true].map(
      (exp): Forgery => [`exp ${JSON.stringify(exp) ?? "missing"}`, () => signed({ exp })],
    ),
    ["exp 1e400", () => forger.sign(header, text.replace(/"exp":\d+/, '"exp":1e400'))],
    ["iat in the future", () => signed({ iat: 9_999_999_999 })],
    ["nbf in the future", () => signed({ nbf: 9_999_999_999 })],
    ["nbf that is text", () => signed({ nbf: "now" })],
    ["an audience that is everything", () => signed({ aud: "*" })],
    ["more permissions", () => signed({ scope: "everything", entitlements: ["everything"] })],
    ["another issuer", () => signed({ iss: "https://evil.example" })],
    ["an issuer that is an array", () => signed({ iss: [payload.iss] })],
    ["an issuer with a slash at its end", () => signed({ iss: `${payload.iss}/` })],
    ...[
      uuidv7(Date.now()),
      "ffffffff-ffff-7fff-bfff-ffffffffffff",
      "00000000-0000-7000-8000-000000000000",
      "../../x",
      "__proto__",
      "' OR '1'='1",
      "\0",
      "\ud800",
      String(payload.jti).toUpperCase(),
      "",
    ].map((jti): Forgery => [`jti ${JSON.stringify(jti)}`, () => signed({ jti })]),
    ...[{ $ne: null }, [payload.jti], 7, null, undefined].map(
      (jti): Forgery => [`jti ${JSON.stringify(jti) ?? "missing"}`, () => signed({ jti })],
    ),
    ["a claim twice, the last one good", () => forger.sign(header, `{"jti":"x",${text.slice(1)}`)],
    ["a claim twice, the last one bad", () => forger.sign(header, `${text.slice(0, -1)},"jti":"x"}`)],
    ["__proto__ among the claims", () => forger.sign(header, `{"__proto__":${text}}`)],
    ["10,000 groups", () => signed({ groups: Array.from({ length: 10_000 }, (_, index) => `g${index}`) })],
    ["a claim of 1 MB", () => signed({ big: "x".repeat(1_000_000) })],
    [
      "claims nested 5,000 deep",
      () => forger.sign(header, `{"jti":${"[".repeat(5_000)}${"]".repeat(5_000)}}`),
    ],
    ["claims that are an array", () => forger.sign(header, [payload])],
    ["claims that are null", () => forger.sign(header, "null")],
    ["claims that are a number", () => forger.sign(header, "1e400")],
    ["claims that are no JSON", () => forger.sign(header, "{")],
    [
      "claims that are no UTF-8",
      () =>
        `${forger.sign(header, payload).split(".")[0]}.${Buffer.from([0xff, 0xfe, 0xc0]).toString("base64url")}.AAAA`,
    ],
  ];
}

const LOOK_ALIKE: Record<string, string> = { A: "А", e: "е", "-": "‐", _: "＿" };

/** The genuine token, written in another way or signed in another way. */
export function rewritten(forger: Forger): Forgery[] {
  const { token, signature } = forger;
  const [first = "", second = "", third = ""] = token.split(".");
  const r = signature.subarray(0, 32);
  const s = signature.subarray(32);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const trailing = third.slice(0, -1) + alphabet[alphabet.indexOf(third.slice(-1)) ^ 1];
  return [
    ["the other good signature (n − s)", () => forger.signedBy(malleated(signature))],
    ["a signature of zeros", () => forger.signedBy(Buffer.alloc(64))],
    [
      "r and s both one",
      () => forger.signedBy(Buffer.from(`${"00".repeat(31)}01${"00".repeat(31)}01`, "hex")),
    ],
    [
      "r and s of the group's order",
      () =>
        forger.signedBy(
          Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2), "hex"),
        ),
    ],
    ["s and r changed about", () => forger.signedBy(Buffer.concat([s, r]))],
    ["a signature as DER", () => forger.sign(forger.header, forger.payload, "der")],
    ["a signature of 63 bytes", () => forger.signedBy(signature.subarray(1))],
    ["a signature of 65 bytes", () => forger.signedBy(Buffer.concat([signature, Buffer.alloc(1)]))],
    ["a signature of 96 bytes", () => forger.signedBy(Buffer.concat([signature, Buffer.alloc(32)]))],
    ["no signature", () => `${first}.${second}.`],
    ["no third part", () => `${first}.${second}`],
    ["a signature whose last bits are not zero", () => `${first}.${second}.${trailing}`],
    ["a padded signature", () => `${token}=`],
    ["padding in the header", () => `${first}=.${second}.${third}`],
    ["a signature in base64", () => forger.signedBy(signature.toString("base64"))],
    ["a fourth part", () => `${token}.x`],
    ["an empty fourth part", () => `${token}.`],
    ["two dots", () => `${first}..${second}.${third}`],
    ["a leading dot", () => `.${token}`],
    ["a detached payload", () => `${first}..${third}`],
    ["itself twice", () => `${token}${token}`],
    ["a space behind", () => `${token} `],
    ["a line feed within", () => `${first}.${second.slice(0, 9)}\n${second.slice(9)}.${third}`],
    ["a NUL behind", () => `${token}\0`],
    [
      "a letter that only looks like one",
      () => token.replace(/[Ae_-]/, (letter) => LOOK_ALIKE[letter] ?? letter),
    ],
    ["cut off", () => token.slice(0, -8)],
    ["its JSON serialisation", () => JSON.stringify({ payload: second, protected: first, signature: third })],
    [
      "its general JSON serialisation",
      () => JSON.stringify({ payload: second, signatures: [{ protected: first, signature: third }] }),
    ],
    ["a scheme before it", () => `Bearer ${token}`],
    ["its SHA-256", () => part(token).slice(0, 43)],
  ];
}
