import { setImmediate as turn } from "node:timers/promises";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { givesNameTwice } from "#lib/input/name-given-twice.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import type { ReportedToken } from "#lib/reports/find-reported-token.ts";
import { isOutOfTime, judgeReport } from "#lib/reports/judge-report.ts";
import {
  MAX_LOST,
  MAX_REPORT_BYTES,
  MAX_REPORTS,
  type ReportCode,
  type ReportResult,
} from "#lib/reports/model.ts";
import { type Report, readReport } from "#lib/reports/read-report.ts";
import { reportDigest } from "#lib/reports/report-digest.ts";
import type { AcceptedReport } from "#lib/reports/report-recorder.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import type { TokenUseRow } from "#lib/verification/use-writer.ts";
import { Refused } from "./answers.ts";
import { BodyBudget } from "./bounds/body-budget.ts";
import { requireVerifier } from "./require-verifier.ts";
import type { Services } from "./services.ts";
import { noticeReportedForgery } from "./unknown-tokens.ts";

/** Reports looked at before others have their turn. */
const STEP = 100;
/** Bytes of reports that weigh as much as a verification beside other callers: some 32 of them. */
const BYTES_A_COST = 8_192;
/** Bodies under way: as many of the largest ones as keep the process busy, and no more of one verifier than leaves room for others. */
const BODIES = { total: 32 * MAX_REPORT_BYTES, each: 12 * MAX_REPORT_BYTES };

const ENVELOPE = z.object({
  instance: z.uuid(),
  /** Since the instance began: it may be said again. */
  lost: z.int().min(0).max(MAX_LOST).default(0),
  // each is read by itself
  reports: z.custom<unknown[]>(
    (value) => Array.isArray(value) && value.length <= MAX_REPORTS,
    `a list of ${MAX_REPORTS} at most`,
  ),
});
type Envelope = z.infer<typeof ENVELOPE>;

function readEnvelope(body: unknown): Envelope {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body as Buffer);
    value = JSON.parse(text);
  } catch {
    throw new Refused(400, "invalid_request", "The body is no JSON in UTF-8.");
  }
  // never the name: it may be a secret in the wrong place
  if (givesNameTwice(text, value)) throw new Refused(400, "invalid_request", "The body gives a name twice.");
  const parsed = ENVELOPE.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${String(path[0] ?? "body")}: ${message}`);
  throw new Refused(400, "invalid_request", faults.join("; "));
}

function useOf(report: Report, token: RegisteredToken, verifier: RegistryVerifier): TokenUseRow {
  return {
    at: report.at,
    refusal: report.refusal,
    source: "report",
    tokenId: token.id,
    tokenKind: token.kind,
    familyId: token.familyId,
    clientId: token.clientId,
    userId: token.userId,
    subject: token.subject,
    verifierId: verifier.id,
    audience: report.audience ?? token.audiences.find((name) => verifier.audiences.has(name)) ?? null,
    method: report.method,
    path: report.path,
    ip: report.ip,
    userAgent: report.userAgent,
  };
}

type Judged = AcceptedReport | { id: string | null; code: ReportCode };

function toleranceMsOf({ follower }: Services): number {
  return follower.registry.organisation.clockSkewSeconds * 1_000;
}

/** Holds one report against time, register and audiences; at once where its token is one of the last ones. */
function judge(services: Services, verifier: RegistryVerifier, value: unknown): Judged | Promise<Judged> {
  const read = readReport(value);
  if (read.report === null) return { id: read.id, code: "invalid" };
  const { report } = read;
  if (isOutOfTime(report, Date.now(), toleranceMsOf(services))) return { id: report.id, code: "time" };
  const found = services.findReported(report.tokenId);
  return found instanceof Promise
    ? found.then((reported) => judgeFound(services, verifier, report, reported))
    : judgeFound(services, verifier, report, found);
}

function judgeFound(
  services: Services,
  verifier: RegistryVerifier,
  report: Report,
  reported: ReportedToken,
): Judged | Promise<Judged> {
  const { token } = reported;
  if (token === null) return refuseUnknown(services, verifier, report, reported.unknown);
  const code = judgeReport(report, token, verifier.audiences, toleranceMsOf(services));
  if (code !== null) return { id: report.id, code };
  return {
    id: report.id,
    digest: reportDigest(verifier.id, report),
    use: useOf(report, token, verifier),
    status: report.status,
    bytes: report.bytes,
    latencyUs: report.latencyUs,
  };
}

async function refuseUnknown(
  services: Services,
  verifier: RegistryVerifier,
  report: Report,
  unknown: "purged" | "unknown",
): Promise<Judged> {
  services.refusals.count(verifier.id, report.ip, unknown, new Date());
  if (unknown === "unknown" && report.refusal === null)
    await noticeReportedForgery(services, verifier, report);
  return { id: report.id, code: "unknown_token" };
}

const areJudged = (step: readonly (Judged | Promise<Judged>)[]): step is readonly Judged[] =>
  !step.some((one) => one instanceof Promise);

async function judgeAll(
  services: Services,
  verifier: RegistryVerifier,
  reports: unknown[],
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (let at = 0; at < reports.length; at += STEP) {
    if (at > 0) await turn();
    const step = reports.slice(at, at + STEP).map((value) => judge(services, verifier, value));
    judged.push(...(areJudged(step) ? step : await Promise.all(step)));
  }
  return judged;
}

function isAccepted(judged: Judged): judged is AcceptedReport {
  return "digest" in judged;
}

function takeBody(request: FastifyRequest): unknown {
  const { body } = request;
  request.body = undefined;
  return body;
}

/** What a request says, read and judged; of the request itself nothing is kept while its uses are written. */
async function judgeBody(services: Services, verifier: RegistryVerifier, body: unknown) {
  const { instance, lost, reports } = readEnvelope(body);
  return { instance, lost, judged: await judgeAll(services, verifier, reports) };
}

async function takeReports(
  services: Services,
  verifier: RegistryVerifier,
  request: FastifyRequest,
): Promise<ReportResult[]> {
  const { instance, lost, judged } = await judgeBody(services, verifier, takeBody(request));
  // one that sends nothing but nonsense meets its bound; nothing of the request is recorded then, and it may come again
  if (judged.some((one) => !isAccepted(one) && (one.code === "unknown_token" || one.code === "invalid")))
    services.bounds.countGarbage(verifier.id);
  const accepted = judged.filter(isAccepted);
  const outcomes = await services.reports.record({
    verifierId: verifier.id,
    instanceId: instance,
    reports: accepted,
    lost,
  });
  let place = 0;
  return judged.map((one): ReportResult => {
    if (!isAccepted(one)) return { id: one.id, result: "refused", code: one.code };
    const outcome = outcomes[place++];
    if (outcome === "recorded" || outcome === "duplicate") return { id: one.id, result: outcome };
    return { id: one.id, result: "refused", code: "conflict" };
  });
}

/** What a body may come to: as long as it says, or as long as it may be. */
function bytesOf({ headers }: FastifyRequest): number {
  return Math.min(Number(headers["content-length"] ?? MAX_REPORT_BYTES), MAX_REPORT_BYTES);
}

/**
 * The endpoint where verifiers that decide by themselves report the uses that they saw. An answer of 200 means that each report is on record, was before, or never
 * will be; one bad report does not keep the others out. Credentials and the state of the authority are looked at before the body is read.
 *
 * @param requireIntake throws where nothing is taken in.
 */
export function addEvents(app: FastifyInstance, services: Services, requireIntake: () => void): void {
  const callers = new WeakMap<FastifyRequest, RegistryVerifier>();
  const bodies = new BodyBudget(BODIES);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: MAX_REPORT_BYTES },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      "/events",
      {
        bodyLimit: MAX_REPORT_BYTES,
        onRequest: async (request, reply) => {
          requireIntake();
          const verifier = requireVerifier(services, request);
          reply.raw.once("close", bodies.take(verifier.id, bytesOf(request)));
          callers.set(request, verifier);
        },
      },
      async (request, reply) => {
        const verifier = callers.get(request) as RegistryVerifier;
        services.sightings.showed(verifier, new Date());
        const bytes = Buffer.isBuffer(request.body) ? request.body.length : 0;
        const cost = 1 + Math.floor(bytes / BYTES_A_COST);
        const results = await services.bounds.turnstile.pass(verifier.id, cost, () =>
          takeReports(services, verifier, request),
        );
        return reply.header("cache-control", "no-store").send({ results });
      },
    );
  });
}
