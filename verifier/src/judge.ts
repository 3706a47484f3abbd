import { type RefusalCode, VerifierError, type VerifierErrorCode } from "./errors.ts";
import type { Introspection } from "./introspection.ts";
import type { Mode, Settings } from "./options.ts";
import type { ProofChecker } from "./proof.ts";
import type { ReadJwt } from "./read-jwt.ts";
import type { RevocationCheck } from "./revocation-check.ts";
import { tokenOf, type VerifiedToken } from "./verified-token.ts";

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

/** What was learnt of a presented value on the way. */
export type Seen = {
  /** Null until it is known to be the authority's. */
  token: VerifiedToken | null;
  /** The authority wrote it down itself when it was asked. */
  isRecorded: boolean;
};

/** Longest token that is looked at, in characters. */
const MAX_TOKEN_LENGTH = 16_384;
const OPAQUE = /^twa_[0-9A-Za-z]{40,128}$/;
const REFUSED: Partial<Record<VerifierErrorCode, string>> = {
  audience: "The token is for another audience.",
  inactive: "The authority says that the token is not good.",
  proof_missing: "The token is bound to a key, and its holder did not prove it.",
};

const refusal = (code: RefusalCode) => new VerifierError(code, REFUSED[code] ?? code);

export type JudgeOptions = {
  settings: Settings;
  readJwt(value: string): Promise<ReadJwt>;
  introspection: Introspection;
  proofs: ProofChecker;
  revocations: RevocationCheck;
  mode(): Mode;
  /** A token was judged by old news. */
  onStale(): void;
};

/** Decides about a presented value, everything but the record of it: by itself, by what is known of revocations, by what is asked of it. */
export function createJudge(options: JudgeOptions) {
  const { settings, readJwt, introspection, proofs, revocations, mode, onStale } = options;

  /** @throws {VerifierError} whose code says why. `seen` is filled on the way. */
  return { judge };

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
    const said = await revocations.about(value, token, signingKey, asked);
    if (settings.revocation === "introspection") seen.isRecorded = true;
    if (said.refusal !== null) throw new VerifierError(said.refusal.code, said.refusal.message);
    if (!said.isStale) return token;
    onStale();
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
}
