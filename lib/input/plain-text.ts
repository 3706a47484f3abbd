import { z } from "zod";
import { ERASED_DOMAIN } from "../erasures/model.ts";

// control characters, and the ones that turn a line of text around: names are shown in tables, logs and terminals
const UNPRINTABLE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;

/**
 * Something to see: a letter, a digit, a mark of punctuation or a symbol. Spaces, joiners, fillers and whatever Unicode says is drawn as nothing
 * are none by themselves; inside of emoji, Persian and Indic names they belong. Braille's blank is a symbol to Unicode.
 */
const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;

/** One line of printable text, trimmed, of 1 to `max` characters. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(max, `must have at most ${max} characters`)
    .refine(isPrintable, "has characters that cannot be shown")
    .refine(isVisible, "has nothing that can be seen");
}

/** The same, or nothing. */
export function optionalLine(max: number) {
  return z
    .string()
    .trim()
    .max(max, `must have at most ${max} characters`)
    .refine(isPrintable, "has characters that cannot be shown")
    .refine((text) => text === "" || isVisible(text), "has nothing that can be seen");
}

function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

function isPrintable(text: string): boolean {
  return text.isWellFormed() && !UNPRINTABLE.test(text);
}

const anEmailAddress = (text: z.ZodString) =>
  text
    .max(254, "must have at most 254 characters")
    .pipe(z.email("is not an e-mail address"))
    .refine(
      (address) => !address.toLowerCase().endsWith(`@${ERASED_DOMAIN}`),
      "stands for somebody who was erased: nobody else may have it",
    );

/** An e-mail address in lower case; none of those that stand for people who were erased. */
export const emailAddress = anEmailAddress(z.string().trim().toLowerCase());

/** An e-mail address letter by letter, as another party writes it; none of those that stand for people who were erased. */
export const exactEmailAddress = anEmailAddress(z.string().trim());

/** The id of a row. */
export const rowId = z.uuid("is not an id").toLowerCase();

/** Ids of rows, each once. */
export function rowIds(max: number) {
  return z
    .array(rowId)
    .max(max, `must have at most ${max} entries`)
    .transform((ids) => [...new Set(ids)]);
}

/** The version that the caller saw: an update of another one is refused. */
export const seenVersion = z.int("must be a whole number").min(1);

/** A password that a person chose. */
export function chosenPassword(min: number, max: number) {
  return z
    .string()
    .min(min, `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
    .refine((text) => text.isWellFormed(), "has characters that cannot be used");
}

/** A JSON object of at most `maxBytes` as text, eight levels deep. */
export function jsonObject(maxBytes: number) {
  return z
    .record(z.string().max(64, "has a name longer than 64 characters"), z.unknown())
    .refine((value) => depthOf(value) <= MAX_DEPTH, `must be at most ${MAX_DEPTH} levels deep`)
    .refine(
      (value) => new TextEncoder().encode(JSON.stringify(value)).length <= maxBytes,
      `must be at most ${maxBytes} bytes of JSON`,
    );
}

const MAX_DEPTH = 8;

function depthOf(value: unknown, limit = MAX_DEPTH + 1): number {
  if (typeof value !== "object" || value === null || limit === 0) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner, limit - 1)));
}
