import { z } from "zod";
import { line } from "../input/plain-text.ts";
import {
  IMPORT_FILE_NAME_MAX,
  IMPORT_KINDS,
  IMPORT_OUTCOMES,
  IMPORT_PART_BYTES,
  IMPORT_PARTS_MAX,
} from "./model.ts";

export const createImportInput = z.strictObject({
  kind: z.enum(IMPORT_KINDS),
  fileName: line(IMPORT_FILE_NAME_MAX),
});

/** A part's bytes in base64. */
export const importPartInput = z.strictObject({
  number: z.int("must be a whole number").min(1).max(IMPORT_PARTS_MAX),
  content: z
    .base64("is not base64")
    .min(4, "must not be empty")
    .max(Math.ceil(IMPORT_PART_BYTES / 3) * 4, `must be at most ${IMPORT_PART_BYTES / 1024} KiB`),
});

/** In how many parts the file came. */
export const compareImportInput = z.strictObject({
  parts: z.int("must be a whole number").min(1).max(IMPORT_PARTS_MAX),
});

export const importRowsQuery = z.object({
  outcome: z.enum(IMPORT_OUTCOMES).optional(),
  /** The last line that was seen. */
  after: z
    .string()
    .regex(/^\d{1,9}$/, "is not a line")
    .default("0")
    .transform(Number),
});

export type CreateImportInput = z.output<typeof createImportInput>;
export type ImportRowsQuery = z.output<typeof importRowsQuery>;
export type CompareImportInput = z.output<typeof compareImportInput>;
