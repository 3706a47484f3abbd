import type { OutgoingHttpHeaders } from "node:http";
import { type HttpAnswer, type LoopbackPort, Unreachable } from "./http-exchange.ts";

/** Who a request comes from, as a load balancer would say it. */
export type Origin = { ip: string; userAgent: string };

export type Endpoints = {
  authorize: string;
  token: string;
  revoke: string;
  introspect: string;
  userinfo: string;
};

/** The authority as its clients know it: by its issuer, found by its metadata, reached on loopback. */
export type AuthorityDoor = {
  issuer: string;
  endpoints(): Promise<Endpoints>;
  get(target: string, from: Origin, headers?: OutgoingHttpHeaders): Promise<HttpAnswer>;
  post(
    target: string,
    form: URLSearchParams,
    from: Origin,
    headers?: OutgoingHttpHeaders,
  ): Promise<HttpAnswer>;
  postJson(target: string, body: unknown, headers: OutgoingHttpHeaders): Promise<HttpAnswer>;
  isReady(): Promise<boolean>;
};

const METADATA = "/.well-known/oauth-authorization-server";

/** @throws {Unreachable} from every call, where nothing answers or the authority says that it cannot work now. */
export function openAuthorityDoor(issuer: string, port: LoopbackPort): AuthorityDoor {
  const { host } = new URL(issuer);
  let known: Endpoints | undefined;

  async function ask(
    method: string,
    target: string,
    from: Origin | null,
    headers: OutgoingHttpHeaders,
    body?: string,
  ): Promise<HttpAnswer> {
    const answer = await port.ask({
      method,
      target,
      headers: {
        host,
        ...(from === null ? {} : { "x-forwarded-for": from.ip, "user-agent": from.userAgent }),
        ...(body === undefined
          ? {}
          : {
              "content-type": "application/x-www-form-urlencoded",
              "content-length": Buffer.byteLength(body),
            }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status === 503) throw new Unreachable("the authority cannot work now");
    return answer;
  }

  function pathOf(metadata: Record<string, unknown>, name: string): string {
    const url = URL.parse(String(metadata[name]));
    if (url === null || url.origin !== new URL(issuer).origin)
      throw new Error(`the authority's metadata has no ${name} of its own`);
    return url.pathname;
  }

  return {
    issuer,
    async endpoints() {
      if (known !== undefined) return known;
      const answer = await ask("GET", METADATA, null, {});
      if (answer.status !== 200) throw new Unreachable(`metadata is answered with ${answer.status}`);
      const metadata = JSON.parse(answer.body) as Record<string, unknown>;
      known = {
        authorize: pathOf(metadata, "authorization_endpoint"),
        token: pathOf(metadata, "token_endpoint"),
        revoke: pathOf(metadata, "revocation_endpoint"),
        introspect: pathOf(metadata, "introspection_endpoint"),
        userinfo: pathOf(metadata, "userinfo_endpoint"),
      };
      return known;
    },
    get: (target, from, headers = {}) => ask("GET", target, from, headers),
    post: (target, form, from, headers = {}) => ask("POST", target, from, headers, form.toString()),
    postJson: (target, body, headers) =>
      ask("POST", target, null, { ...headers, "content-type": "application/json" }, JSON.stringify(body)),
    isReady: () =>
      port.ask({ method: "GET", target: "/readyz", headers: { host } }).then(
        ({ status }) => status === 200,
        () => false,
      ),
  };
}
