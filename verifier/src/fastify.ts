// biome-ignore lint/style/noRestrictedImports: a type alone, so that its request can be extended; nothing of it is left when built
import type {} from "fastify";
import { checkRequest } from "./check-request.ts";
import type { Verifier } from "./index.ts";
import type { Demand } from "./refusal-answer.ts";
import type { VerifiedToken } from "./verified-token.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set where the plugin, or `requireToken`, has let the request pass. */
    token: VerifiedToken | null;
  }
}

/** What is used of Fastify's request, reply and instance, 5. */
type Request = {
  method: string;
  originalUrl: string;
  protocol: string;
  host: string;
  ip: string;
  headers: Record<string, string | string[] | undefined>;
};
type Reply = {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
  send(body: unknown): unknown;
};
type Hook = (request: Request, reply: Reply) => Promise<unknown>;
type Instance = {
  hasRequestDecorator(name: string): boolean;
  decorateRequest(name: "token", value: null): unknown;
  addHook(name: "onRequest", hook: Hook): unknown;
};

export type TokenPluginOptions = Demand & { verifier: Verifier };

/**
 * A hook for one route: `{ onRequest: requireToken(verifier, { permissions: ["invoices:read"] }) }`. `request.token` is typed where the plugin
 * `tokens` is registered, and set in any case.
 */
export function requireToken(verifier: Verifier, options: Demand = {}): Hook {
  return async (request, reply) => {
    const { headers } = request;
    const origin = options.origin ?? `${request.protocol}://${request.host}`;
    const checked = await checkRequest(verifier, options, {
      authorization: headers.authorization as string | undefined,
      proof: typeof headers.dpop === "string" ? headers.dpop : undefined,
      method: request.method,
      url: origin + request.originalUrl,
      ip: request.ip,
      userAgent: headers["user-agent"] as string | undefined,
    });
    if (checked.token === null) {
      const { status, headers: answered, body } = checked.refusal;
      return reply.code(status).headers(answered).send(body);
    }
    (request as Request & { token: VerifiedToken }).token = checked.token;
    return undefined;
  };
}

/**
 * Guards every route of the instance that it is registered in, and of its children: `app.register(tokens, { verifier })`. Decorates
 * `request.token`; what does not pass is answered with 400, 401, 403 or 503 by RFC 6750. Address and protocol are those of Fastify: set its
 * `trustProxy` where a proxy stands before.
 */
export async function tokens(instance: Instance, options: TokenPluginOptions): Promise<void> {
  const { verifier, ...demand } = options;
  if (!instance.hasRequestDecorator("token")) instance.decorateRequest("token", null);
  instance.addHook("onRequest", requireToken(verifier, demand));
}

// Fastify's own mark for a plugin whose hooks are its parent's too
Object.assign(tokens, { [Symbol.for("skip-override")]: true });
