import type { ErrorOut, KoaContextWithOIDC } from "oidc-provider";
import {
  type DeviceProblem,
  deviceConfirmPage,
  deviceDonePage,
  deviceInputPage,
} from "#server/authority/pages/device.ts";
import type { EngineDeps } from "./deps.ts";
import type { DeviceInfo, EngineDeviceCode } from "./model-device-codes.ts";
import { factsOf } from "./request-facts.ts";

/** Where a person types the code that a device shows. */
export const DEVICE_PATH = "/device";

const PROBLEMS: Record<string, DeviceProblem> = {
  NoCodeError: "none",
  NotFoundError: "unknown",
  ExpiredError: "expired",
  AlreadyUsedError: "used",
  AbortedError: "denied",
  DeviceTaken: "taken",
};

/** Requests that named a code which there is not: counted against who guesses. */
const wrong = new WeakSet<object>();

export function namedNoCode(req: object): boolean {
  return wrong.has(req);
}

function show(ctx: KoaContextWithOIDC, html: string): void {
  ctx.type = "html";
  ctx.body = html;
}

/** What the engine put into the session to know its own form again. */
function formOf(ctx: KoaContextWithOIDC): { action: string; xsrf: string } {
  const { state } = ctx.oidc.session as unknown as { state?: { secret?: string } };
  return { action: DEVICE_PATH, xsrf: state?.secret ?? "" };
}

function problemOf(error: Error | undefined): DeviceProblem | null {
  if (error === undefined) return null;
  return PROBLEMS[error.name] ?? "failed";
}

/** The device flow as the engine has it, with pages of ours. Codes: eight consonants, 34 bits. @see RFC 8628 sections 5.1 and 6.1 */
export function deviceFlow(deps: EngineDeps) {
  const where = () => ({
    organisation: deps.registry().organisation.name,
    environment: deps.env.environmentName,
  });
  const placeOf = (ctx: KoaContextWithOIDC): DeviceInfo => {
    const { ip, userAgent } = factsOf(deps, ctx.req);
    return { ip, userAgent, country: deps.countryOf(ip) };
  };
  return {
    enabled: true,
    charset: "base-20" as const,
    mask: "****-****",
    deviceInfo: placeOf,
    userCodeInputSource: (ctx: KoaContextWithOIDC, _form: string, _out?: ErrorOut, error?: Error) => {
      const problem = problemOf(error);
      if (problem === "unknown") wrong.add(ctx.req);
      show(ctx, deviceInputPage({ ...formOf(ctx), problem, ...where() }));
    },
    userCodeConfirmSource: (
      ctx: KoaContextWithOIDC,
      _form: string,
      client: { clientName?: string | undefined; clientId: string },
      deviceInfo: object,
      userCode: string,
    ) => {
      const code = ctx.oidc.entities.DeviceCode as unknown as EngineDeviceCode | undefined;
      show(
        ctx,
        deviceConfirmPage({
          ...formOf(ctx),
          clientName: client.clientName ?? client.clientId,
          userCode,
          device: deviceInfo as DeviceInfo,
          here: placeOf(ctx),
          askedAt: new Date(code?.startedAtMs ?? Date.now()),
          now: new Date(),
          ...where(),
        }),
      );
    },
    successSource: (ctx: KoaContextWithOIDC) => {
      const { client } = ctx.oidc;
      show(ctx, deviceDonePage({ clientName: client?.clientName ?? client?.clientId ?? "", ...where() }));
    },
  };
}
