import { z } from "zod";
import { line, optionalLine, seenVersion } from "../input/plain-text.ts";
import { shortenInput, wantsShortening } from "../lifetimes/input.ts";
import { LIFETIME_RANGES } from "../organisation/model.ts";
import {
  AUDIENCE_NAME_PATTERN,
  AUDIENCE_PERMISSIONS_MAX,
  PERMISSION_NAME_PATTERN,
  PROTOCOL_SCOPES,
} from "./model.ts";

const permission = z.strictObject({
  name: z
    .string()
    .regex(PERMISSION_NAME_PATTERN, "must be 1 to 100 visible characters, starting with a letter or digit")
    .refine((name) => !PROTOCOL_SCOPES.has(name), "is a scope of the protocol"),
  description: optionalLine(200).default(""),
});

const permissions = z
  .array(permission)
  .max(AUDIENCE_PERMISSIONS_MAX, `must have at most ${AUDIENCE_PERMISSIONS_MAX} entries`)
  .superRefine((list, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of list.entries()) {
      if (names.has(name))
        context.addIssue({ code: "custom", path: [index, "name"], message: "is there twice" });
      names.add(name);
    }
  });

/** An absolute URI without fragment. @see RFC 8707 section 2 */
const resourceUri = z
  .string()
  .max(500, "must have at most 500 characters")
  .refine((text) => {
    const url = /^[\x21-\x7e]+$/.test(text) ? URL.parse(text) : null;
    return url !== null && ["https:", "http:", "urn:"].includes(url.protocol) && !text.includes("#");
  }, "must be an absolute https, http or urn URI without a fragment");

/** The longest that an access token for it lives, in seconds; null: no limit of its own. */
const accessTokenTtlMaxSeconds = z
  .int("must be a whole number of seconds")
  .min(
    LIFETIME_RANGES.accessTokenTtlSeconds.min,
    `must be at least ${LIFETIME_RANGES.accessTokenTtlSeconds.min} seconds`,
  )
  .max(
    LIFETIME_RANGES.accessTokenTtlSeconds.max,
    `must be at most ${LIFETIME_RANGES.accessTokenTtlSeconds.max} seconds`,
  )
  .nullable();

export const createAudienceInput = z.strictObject({
  name: z
    .string()
    .regex(AUDIENCE_NAME_PATTERN, "must be lower-case letters, digits, dots, dashes and underscores"),
  title: line(80),
  resourceUri,
  accessTokenTtlMaxSeconds: accessTokenTtlMaxSeconds.optional(),
  permissions: permissions.default([]),
});

/** The name stands in tokens and never changes. `permissions`, where given, is the whole list. */
export const updateAudienceInput = z.strictObject({
  version: seenVersion,
  /** Ends the tokens that a preview of this change showed to outlive it. */
  shorten: shortenInput.optional(),
  title: line(80).optional(),
  resourceUri: resourceUri.optional(),
  accessTokenTtlMaxSeconds: accessTokenTtlMaxSeconds.optional(),
  permissions: permissions.optional(),
});

export type CreateAudienceInput = z.output<typeof createAudienceInput>;
export type UpdateAudienceInput = z.output<typeof updateAudienceInput>;

export const previewAudienceInput = z.strictObject({
  accessTokenTtlMaxSeconds: accessTokenTtlMaxSeconds.optional(),
  ...wantsShortening,
});
