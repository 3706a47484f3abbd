import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { LIST_TTL_SECONDS, STATUS_LISTS_PATH } from "#lib/status-lists/model.ts";
import type { ServedList, StatusListKeeper } from "#lib/status-lists/status-list-keeper.ts";
import { Refused } from "./answers.ts";
import { addressAsker } from "./bounds/bounds.ts";
import type { Services } from "./services.ts";

/** Making a list beside a verification. */
const LIST_COST = 4;

const NUMBER = /^\/status-lists\/([1-9]\d{0,8})$/;
const CACHE_CONTROL = `public, max-age=${LIST_TTL_SECONDS}`;

type Encoded = { body: Buffer; etag: string; headers: string[]; unchanged: string[] };
type Answers = { plain: Encoded; gzipped: Encoded };

function encoded(body: Buffer, etag: string, encoding: string | null, common: readonly string[]): Encoded {
  const unchanged = [
    ...common,
    "cache-control",
    CACHE_CONTROL,
    "etag",
    etag,
    "vary",
    "accept-encoding",
    "access-control-allow-origin",
    "*",
  ];
  const content = ["content-type", "application/statuslist+jwt", "content-length", String(body.length)];
  if (encoding !== null) content.push("content-encoding", encoding);
  return { body, etag, unchanged, headers: [...unchanged, ...content] };
}

function takesGzip(req: IncomingMessage): boolean {
  const accepted = req.headers["accept-encoding"];
  return typeof accepted === "string" && /(?:^|[\s,])gzip(?![^,]*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted);
}

export type StatusListAnswer = {
  /** Answers a request for a list that is in memory, without the framework; false where it is none, or the list has to be made. */
  answerHeld(req: IncomingMessage, res: ServerResponse): boolean;
  addRoutes(app: FastifyInstance): void;
};

/**
 * The status lists and their aggregation: the same for everybody, with no credentials.
 *
 * @param common headers of every answer of this server, name after value.
 * @see draft-ietf-oauth-status-list-21 section 8.1, 8.2, 8.4 and 9.3
 */
export function createStatusListAnswer(
  { bounds, addresses }: Pick<Services, "bounds" | "addresses">,
  keeper: StatusListKeeper,
  common: readonly string[],
): StatusListAnswer {
  const answers = new WeakMap<ServedList, Answers>();

  function answersOf(list: ServedList): Answers {
    let known = answers.get(list);
    if (known === undefined) {
      known = {
        plain: encoded(list.body, `"${list.tag}"`, null, common),
        gzipped: encoded(list.gzipped, `"${list.tag}-gzip"`, "gzip", common),
      };
      answers.set(list, known);
    }
    return known;
  }

  function send(req: IncomingMessage, res: ServerResponse, list: ServedList): void {
    const { plain, gzipped } = answersOf(list);
    const { body, etag, headers, unchanged } = takesGzip(req) ? gzipped : plain;
    const isUnchanged = req.headers["if-none-match"] === etag;
    res.writeHead(isUnchanged ? 304 : 200, isUnchanged ? unchanged : headers);
    res.end(isUnchanged || req.method === "HEAD" ? undefined : body);
  }

  return {
    answerHeld(req, res) {
      if (req.url?.startsWith(STATUS_LISTS_PATH) !== true) return false;
      const found = NUMBER.exec(req.url);
      const list = found === null ? null : keeper.held(Number(found[1]));
      if (list === null) return false;
      send(req, res, list);
      return true;
    },
    addRoutes(app) {
      app.get(`${STATUS_LISTS_PATH}/:id`, async (request, reply) => {
        const [path = "", query] = (request.raw.url ?? "").split("?");
        if (new URLSearchParams(query).has("time"))
          throw new Refused(
            501,
            "invalid_request",
            "Only the present statuses are told, not those of a time.",
          );
        const found = NUMBER.exec(path);
        const asker = addressAsker(addresses.of(request.raw));
        const list =
          found === null
            ? null
            : await bounds.turnstile.pass(asker, LIST_COST, () => keeper.get(Number(found[1])));
        if (list === null) throw new Refused(404, "invalid_request", "There is no such status list.");
        reply.hijack();
        send(request.raw, reply.raw, list);
        return reply;
      });
      app.get(STATUS_LISTS_PATH, async (request, reply) => {
        const asker = addressAsker(addresses.of(request.raw));
        const lists = await bounds.turnstile.pass(asker, 1, () => keeper.addresses());
        return reply
          .header("cache-control", CACHE_CONTROL)
          .header("access-control-allow-origin", "*")
          .send({ status_lists: lists });
      });
    },
  };
}
