import type { FastifyRequest } from "fastify";
import { decodeProtectedHeader } from "jose";
import { Refused } from "./answers.ts";
import { readForm, requireParameter } from "./form.ts";
import { requireCaller } from "./introspection.ts";
import { clean } from "./presented-use.ts";
import { findPublicClient } from "./public-client.ts";
import type { Services } from "./services.ts";
import { noticeUnknown } from "./unknown-tokens.ts";

const HINTS = new Set(["access_token", "refresh_token"]);

/**
 * Token revocation by the token's own client: JWT or opaque, access or refresh (which takes its family with it). A wrong hint still revokes;
 * an unknown token is 200; another client's token stays.
 *
 * @see RFC 7009
 */
export async function revoke(services: Services, request: FastifyRequest): Promise<void> {
  const form = readForm(request);
  const client = findPublicClient(services, request, form) ?? requireClient(services, request, form);
  const value = requireParameter(form, "token");
  const hint = form.get("token_type_hint");
  if (hint !== null && !HINTS.has(hint))
    throw new Refused(400, "unsupported_token_type", "Access tokens and refresh tokens can be revoked here.");
  if (isOtherKind(services, value))
    throw new Refused(400, "unsupported_token_type", "Access tokens and refresh tokens can be revoked here.");
  const ip = services.addresses.of(request.raw);
  const userAgent = clean(request.headers["user-agent"] ?? null, 256);
  const reading = await services.reader.read(value);
  if (reading.token === null) {
    const presenter = { askerId: client.id, source: "revocation", verifierId: null, ip, userAgent };
    return noticeUnknown(services, reading, presenter);
  }
  // a value whose signature was rewritten is not the token that was handed out
  if (reading.isAltered) return;
  const { token } = reading;
  if (token.clientId !== client.id)
    throw new Refused(400, "unauthorized_client", "The token belongs to another client.");
  const position = await services.revokePresented({
    tokenId: token.id,
    familyId: token.familyId,
    kind: token.kind,
    client: { id: client.id, clientId: client.clientId },
    requestId: request.id,
    ip,
    userAgent,
  });
  // in force here before it is answered; every other authority sees the feed's head before it answers anything
  await services.follower.catchUp(position);
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

function requireClient(services: Services, request: FastifyRequest, form: URLSearchParams) {
  const caller = requireCaller(services, request, form);
  if (caller.kind !== "client")
    throw new Refused(400, "unauthorized_client", "Only a token's client revokes it here.");
  return caller.client;
}
