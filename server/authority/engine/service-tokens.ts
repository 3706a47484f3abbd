import type { IncomingMessage, ServerResponse } from "node:http";
import { isUnavailable } from "#lib/db/unavailable.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { notReady } from "../answers.ts";
import { Throttled } from "../bounds/throttled.ts";
import { readCredentials } from "../callers.ts";
import type { EngineDeps } from "./deps.ts";
import { scopeValues } from "./extend-model.ts";
import { makeAccessToken, serviceGrant } from "./make-access-token.ts";
import { takeClientSecret } from "./model-clients.ts";
import { factsOf } from "./request-facts.ts";
import { defaultResourceOf, findResource, type ResolvedResource } from "./resources.ts";
import { PAGE_HEADERS } from "./security-headers.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** An issue beside a verification. */
const ISSUE_COST = 2;
const PARAMETERS = new Set(["grant_type", "scope", "resource", "client_id", "client_secret"]);

/** A request that is plain in every respect, with what it asks for. */
type PlainRequest = { client: RegistryClient; resource: ResolvedResource; permissions: string[] };

/** The form's parameters, or null where one comes twice or is none of the plain ones. */
function readPlainForm(body: string): URLSearchParams | null {
  const form = new URLSearchParams(body);
  const seen = new Set<string>();
  for (const name of form.keys()) {
    if (seen.has(name) || !PARAMETERS.has(name)) return null;
    seen.add(name);
  }
  return form.get("grant_type") === "client_credentials" ? form : null;
}

function readPlainRequest(deps: EngineDeps, req: IncomingMessage, body: string): PlainRequest | null {
  const form = readPlainForm(body);
  if (form === null) return null;
  const credentials = readCredentials(req.headers.authorization, form);
  if (credentials === null || credentials === "malformed" || credentials.id === null) return null;
  const client = deps.registry().clientsByClientId.get(credentials.id);
  if (client === undefined || client.isDisabled || client.authMethod !== "client_secret") return null;
  if (client.requireDpop || !client.grantTypes.includes("client_credentials")) return null;
  if (!takeClientSecret(deps, client, credentials.secret)) return null;
  const resource = findResource(client, form.get("resource") ?? defaultResourceOf(client.clientId));
  if (resource === null) return null;
  const asked = scopeValues(form.get("scope") ?? undefined);
  const isAllowed = asked.every((scope) => resource.permissions.includes(scope));
  if (!isAllowed) return null;
  return {
    client,
    resource,
    permissions: asked.length === 0 ? [...resource.permissions] : [...new Set(asked)],
  };
}

function send(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    ...PAGE_HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...(status === 503 || status === 429 ? { "retry-after": "1" } : {}),
  });
  res.end(text);
}

/** @throws what is neither a bound nor a database that is away. */
async function refuse(
  deps: EngineDeps,
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
): Promise<void> {
  if (!(error instanceof Throttled) && !isUnavailable(error)) throw error;
  await deps.bounds.hold(error);
  const { status, error: code, message } = error instanceof Throttled ? error : notReady();
  const { requestId } = factsOf(deps, req);
  send(res, status, { error: code, error_description: message, request_id: requestId });
}

export type ServiceTokens = {
  /** Answers a plain client-credentials request and returns true, or leaves it untouched for the engine. */
  answer(req: IncomingMessage, res: ServerResponse, body: string): Promise<boolean>;
};

/**
 * Client credentials without the protocol engine: a service that authenticates by its secret and asks for nothing that it may not have.
 * Whatever is unusual or wrong in a request (other parameters, proofs of possession, other credentials, a refusal) is the engine's to
 * answer, so that there is one place that words it. The token is made and registered by the same code on both ways.
 *
 * @see RFC 6749 section 4.4
 */
export function createServiceTokens(deps: EngineDeps, keys: SigningKeys): ServiceTokens {
  const issuer = deps.env.authorityIssuer;

  async function issue(
    req: IncomingMessage,
    { client, permissions, resource }: PlainRequest,
  ): Promise<object> {
    const made = await makeAccessToken({
      issuer,
      organisation: deps.registry().organisation,
      keys,
      statuses: deps.statuses,
      client,
      grantType: "client_credentials",
      grant: serviceGrant(client, permissions),
      audiences: resource.audiences,
      confirmation: {},
      facts: factsOf(deps, req),
    });
    await deps.register.record(made.registered, deps.bounds.turnstile.isLight(client.id));
    return {
      access_token: made.value,
      expires_in: made.expiresInSeconds,
      token_type: "Bearer",
      ...(made.scope === undefined ? {} : { scope: made.scope }),
    };
  }

  return {
    async answer(req, res, body) {
      if (req.headers.dpop !== undefined || deps.isStale()) return false;
      const plain = readPlainRequest(deps, req, body);
      if (plain === null) return false;
      deps.reading.saw(req, res, plain.client.id);
      try {
        send(
          res,
          200,
          await deps.bounds.turnstile.pass(plain.client.id, ISSUE_COST, () => issue(req, plain)),
        );
      } catch (error) {
        await refuse(deps, req, res, error);
      }
      return true;
    },
  };
}
