import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { line, rowIds, seenVersion } from "../input/plain-text.ts";
import { authorization, endpointUrl } from "../signals/input.ts";
import { CLIENTS_MAX, DELIVERIES, FORMATS, OUTCOMES, SOURCES, STATUSES } from "./model.ts";

const name = line(100);
const sources = z
  .array(z.enum(SOURCES))
  .min(1, "must name at least one source")
  .max(SOURCES.length, "names a source twice")
  .transform((given) => SOURCES.filter((source) => given.includes(source)));

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Certificates as PEM, without what stands between them. */
export const caPem = z
  .string()
  .max(32_768, "must have at most 32768 characters")
  .transform((text, context) => {
    const found = text.match(PEM) ?? [];
    const isRead = found.length > 0 && found.every(isCertificate);
    if (isRead) return `${found.join("\n")}\n`;
    context.addIssue({ code: "custom", message: "must be one or more certificates as PEM" });
    return z.NEVER;
  });

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

const settings = {
  name,
  url: endpointUrl,
  format: z.enum(FORMATS),
  sources,
  outcome: z.enum(OUTCOMES),
  clientIds: rowIds(CLIENTS_MAX),
};

export const createEventStreamInput = z.strictObject({
  ...settings,
  delivery: z.enum(DELIVERIES),
  format: settings.format.default("ndjson"),
  sources: sources.default([...SOURCES]),
  outcome: settings.outcome.default("all"),
  clientIds: settings.clientIds.default([]),
  authorization: authorization.optional(),
  caPem: caPem.optional(),
});

/** `authorization: null` and `caPem: null` take it away; what is left out stays. */
export const updateEventStreamInput = z.strictObject({
  version: seenVersion,
  name: name.optional(),
  url: endpointUrl.optional(),
  format: settings.format.optional(),
  sources: sources.optional(),
  outcome: settings.outcome.optional(),
  clientIds: settings.clientIds.optional(),
  authorization: authorization.nullable().optional(),
  caPem: caPem.nullable().optional(),
});

/** From which instant everything is sent again. */
export const replayInput = z.strictObject({ from: z.iso.datetime({ offset: true }) });

export type CreateEventStreamInput = z.output<typeof createEventStreamInput>;
export type UpdateEventStreamInput = z.output<typeof updateEventStreamInput>;

export const eventStreamStatusInput = z.strictObject({ status: z.enum(STATUSES) });
