import type { FastifyRequest } from "fastify";
import { decodeProtectedHeader } from "jose";
import { cleanText } from "#lib/audit/clean-text.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import { Refused } from "./answers.ts";
import { addressAsker } from "./bounds/bounds.ts";
import { readForm, requireParameter } from "./form.ts";
import { requireCaller } from "./introspection.ts";
import { findPublicClient } from "./public-client.ts";
import type { Services } from "./services.ts";
import { noticeUnknown, type Presenter } from "./unknown-tokens.ts";

const HINTS = new Set(["access_token", "refresh_token"]);

/**
 * Token revocation by the token's own client: JWT or opaque, access or refresh (which takes its family with it). A wrong hint still revokes;
 * an unknown token is 200; another client's token stays.
 *
 * @see RFC 7009
 */
export async function revoke(services: Services, request: FastifyRequest): Promise<void> {
  const form = readForm(request);
  const publicClient = findPublicClient(services, request, form);
  const client = publicClient ?? (await requireClient(services, request, form));
  const value = requireParameter(form, "token");
  const hint = form.get("token_type_hint");
  if (hint !== null && !HINTS.has(hint))
    throw new Refused(400, "unsupported_token_type", "Access tokens and refresh tokens can be revoked here.");
  const ip = services.addresses.of(request.raw);
  const userAgent = cleanText(request.headers["user-agent"] ?? null, 256);
  const presenter = { askerId: client.id, source: "revocation", verifierId: null, ip, userAgent };
  // who gives no secret is not told apart from whoever else knows the client's name
  const asker = publicClient === null ? client.id : addressAsker(ip);
  await services.bounds.turnstile.pass(asker, 1, async () => {
    const known = await services.reader.identify(value);
    const token = known ?? (await readOther(services, presenter, asker, value));
    if (token !== null) await revokeFound(services, request, client, token, presenter);
  });
}

async function revokeFound(
  services: Services,
  request: FastifyRequest,
  client: RegistryClient,
  token: RegisteredToken,
  { ip, userAgent }: Presenter,
): Promise<void> {
  if (token.clientId !== client.id)
    throw new Refused(400, "unauthorized_client", "The token belongs to another client.");
  const position = await services.revokePresented({
    tokenId: token.id,
    familyId: token.familyId,
    kind: token.kind,
    userId: token.userId,
    client: { id: client.id, clientId: client.clientId, name: client.name },
    requestId: request.id,
    ip,
    userAgent,
  });
  // in force here before it is answered; every other authority sees the feed's head before it answers anything
  await services.follower.catchUp(position);
}

/** What is not in the register as it stands: one of our JWTs of another kind, a rewritten signature over a registered token, or nobody's. */
async function readOther(
  services: Services,
  presenter: Presenter,
  asker: string,
  value: string,
): Promise<RegisteredToken | null> {
  if (isOtherKind(services, value))
    throw new Refused(400, "unsupported_token_type", "Access tokens and refresh tokens can be revoked here.");
  const reading = await services.reader.read(value);
  if (reading.token !== null) return reading.isAltered ? null : reading.token;
  await noticeUnknown(services, reading, presenter);
  services.bounds.countGarbage(asker);
  return null;
}

/** A JWT of ours that is no access token: an ID token, a status list. What cannot be revoked is not answered with 200. */
function isOtherKind(services: Services, value: string): boolean {
  try {
    const { kid } = decodeProtectedHeader(value);
    const key = services.follower.registry.keys.find((one) => one.kid === kid);
    return key !== undefined && key.purpose !== "access_token";
  } catch {
    return false;
  }
}

async function requireClient(services: Services, request: FastifyRequest, form: URLSearchParams) {
  const caller = await requireCaller(services, request, form);
  if (caller.kind !== "client")
    throw new Refused(400, "unauthorized_client", "Only a token's client revokes it here.");
  return caller.client;
}
