import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkIssuer } from "./discover.ts";
import { HOSTILE_ANSWERS } from "./test-hostile-answers.ts";
import { type ModuleId, NOT_APPLICABLE, PLANS } from "./test-oidf-modules.ts";
import type { Tampering } from "./test-provider.ts";
import { type RelyingParty, startRelyingParty } from "./test-relying-party.ts";

let party: RelyingParty;

beforeAll(async () => {
  party = await startRelyingParty();
});
afterAll(() => party.stop());
beforeEach(() => party.reset());

const held = new Set<ModuleId>();

function module(id: ModuleId, what: string, run: () => Promise<void>): void {
  held.add(id);
  test(`${id}: ${what}`, run);
}

async function signsIn(tampering: Tampering = {}, provider = party.open()) {
  const opened = await provider;
  party.theirs.tampering = tampering;
  if (tampering.metadata) opened.metadata = (await party.open()).metadata;
  return party.signIn(opened);
}

function refuses(id: ModuleId, answer: string): void {
  const tampering = HOSTILE_ANSWERS[answer] ?? expect.fail(`there is no hostile answer "${answer}"`);
  module(id, `lets nobody in by ${answer}`, async () => {
    await expect(signsIn(tampering)).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  });
}

const makeKey = async (alg: "ES256" | "RS256", kid: string) => {
  const pair = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" };
  return { kid, jwk, key: pair.privateKey };
};
const withoutKid: Tampering["idToken"] = ({ claims, sign }) => sign(claims, { kid: undefined as never });
const offersRs256: Tampering["metadata"] = (metadata) => ({
  ...metadata,
  id_token_signing_alg_values_supported: ["RS256", "ES256"],
});

describe("oidcc-client-basic-certification-test-plan", () => {
  module("oidcc-client-test", "signs in by a code, checked whole", async () => {
    expect(await signsIn()).toMatchObject({ issuer: party.theirs.issuer, subject: "person-1" });
  });
  refuses("oidcc-client-test-invalid-iss", "an ID token of another issuer");
  refuses("oidcc-client-test-missing-sub", "an ID token without a subject");
  refuses("oidcc-client-test-invalid-aud", "an ID token for another client");
  refuses("oidcc-client-test-missing-iat", "an ID token without iat");
  refuses("oidcc-client-test-idtoken-sig-none", "an ID token under alg none");
  refuses("oidcc-client-test-userinfo-invalid-sub", "userinfo of another subject");
  refuses("oidcc-client-test-nonce-invalid", "an ID token with another nonce");

  module("oidcc-client-test-kid-absent-single-jwks", "takes the only key there is", async () => {
    expect((await signsIn({ idToken: withoutKid })).subject).toBe("person-1");
  });
  module(
    "oidcc-client-test-kid-absent-multiple-jwks",
    "guesses at no key where several could be it",
    async () => {
      const other = await makeKey("ES256", "other");
      const jwks: Tampering["jwks"] = (keys) => [...keys, other.jwk];
      await expect(signsIn({ jwks, idToken: withoutKid })).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
      expect((await signsIn({ jwks })).subject, "with a kid it is").toBe("person-1");
    },
  );
  module("oidcc-client-test-idtoken-sig-rs256", "takes a signature by RS256", async () => {
    const rsa = await makeKey("RS256", "rsa");
    const identity = await signsIn({
      metadata: offersRs256,
      jwks: (keys) => [...keys, rsa.jwk],
      idToken: ({ claims, sign }) => sign(claims, { alg: "RS256", kid: "rsa" }, rsa.key),
    });
    expect(identity.subject).toBe("person-1");
  });
  module("oidcc-client-test-invalid-sig-rs256", "lets nobody in by one of another RSA key", async () => {
    const [rsa, another] = [await makeKey("RS256", "rsa"), await makeKey("RS256", "rsa")];
    const answer: Tampering = {
      metadata: offersRs256,
      jwks: (keys) => [...keys, rsa.jwk],
      idToken: ({ claims, sign }) => sign(claims, { alg: "RS256", kid: "rsa" }, another.key),
    };
    await expect(signsIn(answer)).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
  });
  module("oidcc-client-test-scope-userinfo-claims", "asks userinfo for what the ID token lacks", async () => {
    const identity = await signsIn({
      idToken: ({ claims: { email: _e, name: _n, groups: _g, ...claims }, sign }) => sign(claims),
    });
    expect(identity).toMatchObject({
      verifiedEmail: "Ana@Example.com",
      name: "Ana",
      claims: { groups: ["tw-owners"] },
    });
  });
  module(
    "oidcc-client-test-client-secret-basic",
    "shows its secret by HTTP Basic, and only the right one",
    async () => {
      // this client may authenticate in no other way there
      expect((await signsIn()).subject).toBe("person-1");
      const wrong = { ...(await party.open()), clientSecret: "another" };
      await expect(signsIn({}, Promise.resolve(wrong))).rejects.toMatchObject({ why: "PROVIDER_FAILED" });
    },
  );
});

describe("oidcc-client-dynamic-certification-test-plan", () => {
  module(
    "oidcc-client-test-discovery-openid-config",
    "reads the endpoints from the issuer's metadata",
    async () => {
      const { metadata } = await party.open();
      expect(metadata).toMatchObject({
        issuer: party.theirs.issuer,
        authorization_endpoint: `${party.theirs.issuer}/auth`,
        token_endpoint: `${party.theirs.issuer}/token`,
      });
    },
  );
  module(
    "oidcc-client-test-discovery-jwks-uri-keys",
    "reads the keys from where the metadata leads",
    async () => {
      const before = party.theirs.asked.get("/jwks") ?? 0;
      expect(await checkIssuer(party.outbound, party.theirs.issuer)).toMatchObject({ keys: 1 });
      expect(party.theirs.asked.get("/jwks")).toBe(before + 1);
    },
  );
  module("oidcc-client-test-discovery-issuer-mismatch", "refuses metadata of another issuer", async () => {
    party.theirs.tampering = { metadata: (metadata) => ({ ...metadata, issuer: "https://other.example" }) };
    await expect(party.open()).rejects.toThrow(/calls itself/);
  });
  module(
    "oidcc-client-test-signing-key-rotation",
    "follows from one key to the next between two sign-ins",
    async () => {
      let clock = 0;
      const provider = await party.open(() => clock);
      await party.signIn(provider);
      const next = await makeKey("ES256", "two");
      clock += 60_000;
      party.theirs.tampering = {
        jwks: () => [next.jwk],
        idToken: ({ claims, sign }) => sign(claims, { kid: "two" }, next.key),
      };
      expect((await party.signIn(provider)).subject).toBe("person-1");
      party.theirs.tampering = { jwks: () => [next.jwk] };
      await expect(party.signIn(provider), "the key before is gone").rejects.toMatchObject({
        why: "PROVIDER_FAILED",
      });
    },
  );
  module(
    "oidcc-client-test-signing-key-rotation-just-before-signing",
    "follows to a key that is newer than the question",
    async () => {
      const provider = await party.open();
      const next = await makeKey("ES256", "two");
      const identity = await party.signIn(provider, () => {
        party.theirs.tampering = {
          jwks: () => [next.jwk],
          idToken: ({ claims, sign }) => sign(claims, { kid: "two" }, next.key),
        };
      });
      expect(identity.subject).toBe("person-1");
    },
  );
});

describe("oidcc-client-test-plan, beside the profiles", () => {
  refuses("oidcc-client-test-missing-aud", "an ID token without an audience");
  refuses("oidcc-client-test-invalid-sig-es256", "an ID token signed by another key under the same kid");
  refuses(
    "oidcc-client-test-invalid-sig-hs256",
    "an ID token by HS256 with the client secret, which the metadata offers",
  );
});

test("every module of the plans is held, or left out for a reason that is written down", () => {
  const left = new Map(Object.entries(NOT_APPLICABLE));
  const answered = new Set<string>([...held, ...left.keys()]);
  expect(
    Object.values(PLANS)
      .flat()
      .filter((id) => !answered.has(id)),
  ).toEqual([]);
  expect([...held].filter((id) => left.has(id))).toEqual([]);
});
