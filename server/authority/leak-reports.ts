import { hash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { cleanText } from "#lib/audit/clean-text.ts";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { SqlContext } from "#lib/context.ts";
import { givesNameTwice } from "#lib/input/name-given-twice.ts";
import {
  REPORT_BYTES_MAX,
  REPORT_VALUES_MAX,
  REPORTS_BURST,
  REPORTS_PER_SECOND,
} from "#lib/scanners/model.ts";
import { type ReportedValue, readReport } from "#lib/scanners/read-report.ts";
import { receiveLeakReport } from "#lib/scanners/receive-leak-report.ts";
import { Refused } from "./answers.ts";
import { addressAsker } from "./bounds/bounds.ts";
import { Throttled } from "./bounds/throttled.ts";
import type { Services } from "./services.ts";

/** Values that weigh as much as a verification beside other callers: each is looked up in the whole register. */
const VALUES_A_COST = 4;

const FIND = `
  SELECT s.id, s.name, k.id AS "secretId" FROM scanner_secret k JOIN scanner s ON s.id = k.scanner_id
  WHERE k.secret_hash = $1::bytea AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()) AND s.disabled_at IS NULL`;
/** One write a minute. */
const USED = `
  UPDATE scanner_secret SET last_used_at = date_trunc('minute', $2::timestamptz)
  WHERE id = $1::uuid AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', $2::timestamptz))`;

type Scanner = { id: string; name: string; secretId: string };

function readValues(body: unknown): ReportedValue[] {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body as Buffer);
    value = JSON.parse(text);
  } catch {
    throw new Refused(400, "invalid_request", "The body is no JSON in UTF-8.");
  }
  // never the name: it may be a secret in the wrong place
  if (givesNameTwice(text, value)) throw new Refused(400, "invalid_request", "The body gives a name twice.");
  const values = readReport(value);
  if (values === null)
    throw new Refused(
      400,
      "invalid_request",
      `Send an array of 1 to ${REPORT_VALUES_MAX} objects with token, type, url and source.`,
    );
  return values;
}

/**
 * Where secret scanners report what they found. Everybody whose credential is good gets the same answer, whatever the values are: a scanner's secret is no way to learn which
 * tokens live. 202 means that the report is on record, now or since it came before.
 *
 * @param requireIntake throws where nothing is taken in.
 */
export function addLeakReports(app: FastifyInstance, services: Services, requireIntake: () => void): void {
  const { db, bounds } = services;
  const scanners = new WeakMap<FastifyRequest, Scanner>();
  const rate = new TokenBuckets({ perSecond: REPORTS_PER_SECOND, burst: REPORTS_BURST });

  async function requireScanner(request: FastifyRequest): Promise<Scanner> {
    const ip = services.addresses.of(request.raw);
    const [scheme = "", secret = "", ...rest] = (request.headers.authorization ?? "").split(" ");
    const isBearer = scheme.toLowerCase() === "bearer" && secret !== "" && rest.length === 0;
    // whoever has shown nothing yet has the share of an address
    const find = () => db.query<Scanner>(FIND, [hash("sha256", secret, "buffer")]);
    const [scanner] = isBearer ? await bounds.turnstile.pass(addressAsker(ip), 1, find) : [];
    if (scanner !== undefined) return scanner;
    throw refuse(ip);
  }
  const refuse = (ip: string | null) =>
    bounds.refuseCredentials(
      ip,
      new Refused(401, "invalid_client", "Authenticate by a scanner's secret.", 'Bearer realm="tokenwarden"'),
    );

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: REPORT_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      "/leak-reports",
      {
        bodyLimit: REPORT_BYTES_MAX,
        onRequest: async (request) => {
          requireIntake();
          const scanner = await requireScanner(request);
          if (!rate.take(scanner.id))
            throw new Throttled("leak_reports", "Too many reports at once. Send it again in a second.");
          scanners.set(request, scanner);
        },
      },
      async (request, reply) => {
        const scanner = scanners.get(request) as Scanner;
        const values = readValues(request.body);
        const ctx: SqlContext = {
          db,
          now: new Date(),
          actor: { kind: "system", id: scanner.id, name: `scanner ${scanner.name}` },
          requestId: request.id,
          ip: services.addresses.of(request.raw),
          userAgent: cleanText(request.headers["user-agent"] ?? null, 512),
        };
        const cost = 1 + Math.floor(values.length / VALUES_A_COST);
        const received = await bounds.turnstile.pass(scanner.id, cost, () =>
          receiveLeakReport(ctx, scanner.id, values),
        );
        if (received.isGone) throw refuse(ctx.ip);
        await db.query(USED, [scanner.secretId, ctx.now]);
        return reply.code(202).header("cache-control", "no-store").send({ received: values.length });
      },
    );
  });
}
