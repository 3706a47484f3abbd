import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createOutbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { checkIssuer, discover } from "./discover.ts";
import { type AskedOf, exchangeCode } from "./exchange-code.ts";
import { createProviderKeys } from "./key-set.ts";
import { HOSTILE_ANSWERS } from "./test-hostile-answers.ts";
import type { Tampering, TestProvider } from "./test-provider.ts";
import { answerTo, makeAsked } from "./test-question.ts";
import { REDIRECT, type RelyingParty, startRelyingParty } from "./test-relying-party.ts";

let party: RelyingParty;
let theirs: TestProvider;
let outbound: RelyingParty["outbound"];
const opened: RelyingParty["open"] = (keyClock) => party.open(keyClock);
const signIn: RelyingParty["signIn"] = (provider, change) => party.signIn(provider, change);

beforeAll(async () => {
  party = await startRelyingParty();
  ({ theirs, outbound } = party);
});
afterAll(() => party.stop());
beforeEach(() => party.reset());

describe("the answer of a provider", () => {
  test("says who came: issuer, subject, a verified address as it is written, and claims", async () => {
    const identity = await signIn(await opened());
    expect(identity).toMatchObject({
      issuer: theirs.issuer,
      subject: "person-1",
      verifiedEmail: "Ana@Example.com",
      name: "Ana",
      claims: { groups: ["tw-owners"], amr: ["pwd", "otp"] },
    });
    expect(identity.claims.auth_time).toBeTypeOf("number");
  });

  test("has no address where the issuer does not vouch for it", async () => {
    theirs.person = { ...theirs.person, email_verified: false };
    expect((await signIn(await opened())).verifiedEmail).toBeNull();
    theirs.tampering = { idToken: ({ claims, sign }) => sign({ ...claims, email_verified: "true" }) };
    expect((await signIn(await opened())).verifiedEmail).toBeNull();
  });

  test("is completed at the userinfo endpoint where the ID token is short of groups", async () => {
    theirs.tampering = { idToken: ({ claims: { groups: _, ...claims }, sign }) => sign(claims) };
    expect((await signIn(await opened())).claims.groups).toEqual(["tw-owners"]);
  });

  test.each(Object.entries(HOSTILE_ANSWERS))("is refused: %s", async (_name, tampering) => {
    const provider = await opened();
    theirs.tampering = tampering;
    if (tampering.metadata) provider.metadata = await discover(outbound, theirs.issuer);
    await expect(signIn(provider)).rejects.toMatchObject({ name: "ProviderRefused", why: "PROVIDER_FAILED" });
  });

  test("is refused with another verifier of PKCE (RFC 7636 section 4.6)", async () => {
    const provider = await opened();
    const asked = makeAsked(REDIRECT);
    const answer = await answerTo(theirs, provider, { ...asked, codeVerifier: makeAsked("").codeVerifier });
    await expect(exchangeCode(outbound, provider, answer, { asked, now: new Date() })).rejects.toMatchObject({
      why: "PROVIDER_FAILED",
    });
  });

  test("is refused a second time: a code is good once", async () => {
    const provider = await opened();
    let kept: { answer: URLSearchParams; asked: AskedOf } | null = null;
    await signIn(provider, (answer, asked) => {
      kept = { answer: new URLSearchParams(answer), asked };
    });
    const { answer, asked } = kept ?? expect.fail("nobody signed in");
    await expect(exchangeCode(outbound, provider, answer, { asked, now: new Date() })).rejects.toMatchObject({
      why: "PROVIDER_FAILED",
      message: "the token endpoint answered 400: it does not know the code, or the code is over or was used",
      isOnRecord: true,
      isPaced: true,
    });
  });

  test("that declines is told apart from one that is wrong", async () => {
    const provider = await opened();
    const say = (error: string) => (answer: URLSearchParams) => {
      answer.delete("code");
      answer.set("error", error);
      answer.set("error_description", "<b>raw text</b>");
    };
    await expect(signIn(provider, say("access_denied"))).rejects.toMatchObject({ why: "PROVIDER_DECLINED" });
    await expect(signIn(provider, say("server_error"))).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  });

  test("under a new kid has the key set read anew, once", async () => {
    let clock = 0;
    const provider = await opened(() => clock);
    await signIn(provider);
    const fresh = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(fresh.publicKey)), kid: "two", alg: "ES256", use: "sig" };
    clock += 60_000;
    const before = theirs.asked.get("/jwks") ?? 0;
    theirs.tampering = {
      jwks: (keys) => [...keys, jwk],
      idToken: ({ claims, sign }) => sign(claims, { kid: "two" }, fresh.privateKey),
    };
    expect((await signIn(provider)).subject).toBe("person-1");
    expect(theirs.asked.get("/jwks")).toBe(before + 1);
    theirs.tampering = { idToken: ({ claims, sign }) => sign(claims, { kid: "three" }, fresh.privateKey) };
    await expect(signIn(provider)).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
    // asked a moment ago: strangers' kids are no way to have it asked again and again
    expect(theirs.asked.get("/jwks")).toBe(before + 1);
  });

  test("by a key that took another's place under its kid has the key set read anew, once a minute", async () => {
    let clock = 0;
    const provider = await opened(() => clock);
    await signIn(provider);
    const fresh = await generateKeyPair("ES256", { extractable: true });
    const forged = await generateKeyPair("ES256", { extractable: true });
    const before = theirs.asked.get("/jwks") ?? 0;
    const answered = () => (theirs.asked.get("/jwks") ?? 0) - before;
    const idToken: Tampering["idToken"] = ({ claims, sign }) => sign(claims, {}, fresh.privateKey);
    const other = await exportJWK(fresh.publicKey);
    theirs.tampering = { jwks: (keys) => keys.map((key) => ({ ...key, ...other })), idToken };
    clock += 1_000;
    const both = await Promise.all([signIn(provider), signIn(provider)]);
    expect(both.map(({ subject }) => subject)).toEqual(["person-1", "person-1"]);
    expect(answered()).toBe(1);
    theirs.tampering = {
      ...theirs.tampering,
      idToken: ({ claims, sign }) => sign(claims, {}, forged.privateKey),
    };
    for (const [later, times] of [
      [2_000, 1],
      [57_000, 1],
      [1_000, 2],
      [1_000, 2],
    ] as const) {
      clock += later;
      await expect(signIn(provider)).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
      expect(answered(), "no forger has it asked more often").toBe(times);
    }
    theirs.tampering = { jwks: () => [], idToken: theirs.tampering.idToken };
    clock += 60_000;
    await expect(signIn(provider)).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  });

  test("by a key that took another's place while the provider could not be asked for it holds a few seconds after it is back", async () => {
    let clock = 0;
    let reads = 0;
    let fails: (() => never) | null = null;
    const honest = await opened();
    const failing: typeof outbound = {
      ...outbound,
      async request(request) {
        reads += 1;
        return fails === null ? outbound.request(request) : fails();
      },
    };
    const keys = createProviderKeys(failing, honest.metadata.jwks_uri, () => clock);
    const provider = { ...honest, keys };
    await signIn(provider);
    const fresh = await generateKeyPair("ES256", { extractable: true });
    const other = await exportJWK(fresh.publicKey);
    theirs.tampering = {
      jwks: (all) => all.map((key) => ({ ...key, ...other })),
      idToken: ({ claims, sign }) => sign(claims, {}, fresh.privateKey),
    };
    const away = () => {
      throw new OutboundError("unreachable", "cannot be reached");
    };
    const broken = () => {
      throw new OutboundError("too_large", "answers too much");
    };
    for (const [later, how, why, asked] of [
      [1_000, away, "PROVIDER_AWAY", 2],
      [1_000, away, "PROVIDER_AWAY", 2],
      [5_000, broken, "PROVIDER_FAILED", 3],
      [1_000, null, "PROVIDER_FAILED", 3],
    ] as const) {
      clock += later;
      fails = how;
      await expect(signIn(provider)).rejects.toMatchObject({ why });
      expect(reads, "nobody has it asked more often").toBe(asked);
    }
    clock += 5_000;
    expect((await signIn(provider)).subject).toBe("person-1");
    expect(reads).toBe(4);
  });

  test("cannot be had while the provider is away, and says so", async () => {
    const provider = await opened();
    const away = {
      ...provider,
      metadata: { ...provider.metadata, token_endpoint: "http://localhost:9/token" },
    };
    const closed = createOutbound({
      allow: { ranges: [], hosts: [], origins: [theirs.issuer, "http://localhost:9"] },
    });
    const asked = { ...makeAsked(REDIRECT), state: "s" };
    const answer = new URLSearchParams({ code: "c", state: "s", iss: theirs.issuer });
    await expect(exchangeCode(closed, away, answer, { asked, now: new Date() })).rejects.toMatchObject({
      why: "PROVIDER_AWAY",
    });
    closed.close();
  });
});

describe("an issuer", () => {
  test("is read with its keys", async () => {
    await expect(checkIssuer(outbound, theirs.issuer)).resolves.toMatchObject({
      issuer: theirs.issuer,
      keys: 1,
      namesItself: true,
      hasUserinfo: true,
    });
  });

  test.each<[string, (metadata: Record<string, unknown>) => Record<string, unknown>, RegExp]>([
    ["calls itself otherwise", (m) => ({ ...m, issuer: "https://other.example" }), /calls itself/],
    ["has a slash too many", (m) => ({ ...m, issuer: `${m.issuer}/` }), /enter it just so/],
    ["names no key set", ({ jwks_uri: _, ...m }) => m, /names no jwks_uri/],
    ["leads to a private address", (m) => ({ ...m, token_endpoint: "https://10.0.0.1/token" }), /not public/],
    [
      "leads to the metadata of a cloud",
      (m) => ({ ...m, jwks_uri: "https://169.254.169.254/" }),
      /not public/,
    ],
    ["leads out of TLS", (m) => ({ ...m, jwks_uri: "http://example.com/jwks" }), /must begin with https/],
    ["has no code flow", (m) => ({ ...m, response_types_supported: ["id_token"] }), /code flow/],
    ["has no PKCE by S256", (m) => ({ ...m, code_challenge_methods_supported: ["plain"] }), /S256/],
    [
      "signs by secrets alone",
      (m) => ({ ...m, id_token_signing_alg_values_supported: ["HS256", "none"] }),
      /no algorithm/,
    ],
  ])("is refused that %s", async (_name, metadata, words) => {
    theirs.tampering = { metadata };
    await expect(checkIssuer(outbound, theirs.issuer)).rejects.toThrow(words);
  });

  test("is refused at an address that is not public", async () => {
    const strict = createOutbound({ allow: { ranges: [], hosts: [], origins: [] } });
    await expect(checkIssuer(strict, theirs.issuer)).rejects.toThrow(/https/);
    await expect(checkIssuer(strict, "https://127.0.0.1")).rejects.toThrow(/not public/);
    await expect(checkIssuer(strict, "https://169.254.169.254")).rejects.toThrow(/not public/);
    strict.close();
  });

  test("is refused without keys", async () => {
    theirs.tampering = { jwks: () => [] };
    await expect(checkIssuer(outbound, theirs.issuer)).rejects.toThrow(/no key/);
  });
});
