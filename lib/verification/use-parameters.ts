import { piecesArray, textArray, timestampArray, uuidArray } from "../db/binary-arrays.ts";
import { uuidv7s } from "../ids.ts";
import type { CountryOf } from "../places/country-database.ts";
import { newSalts, SALT_BYTES } from "../seals/use-leaf.ts";
import type { TokenUseRow } from "./use-writer.ts";

/** What a writer gives the uses of a flush on their way to the log, each at its place. */
export type UseMarks = {
  ids: readonly string[];
  /** Of their addresses. */
  countries: readonly (string | null)[];
  salts: Buffer;
};

/** The marks of one use, as its leaf has them. */
export function marksAt({ ids, countries, salts }: UseMarks, ordinal: number) {
  return {
    id: ids[ordinal] as string,
    country: countries[ordinal] ?? null,
    ordinal,
    salt: salts.toString("hex", ordinal * SALT_BYTES, (ordinal + 1) * SALT_BYTES),
  };
}

/** Marks for the rows of a flush, in their order. */
export function marksOf(
  rows: readonly { ip: string | null }[],
  receivedAt: Date,
  countryOf: CountryOf,
): UseMarks {
  return {
    ids: uuidv7s(receivedAt, rows.length),
    countries: rows.map(({ ip }) => countryOf(ip)),
    salts: newSalts(rows.length),
  };
}

/**
 * The uses of a flush with their places in it, as the parameters of `useParameters` give them, which are the first ones of a statement. In step, and in the
 * list of a SELECT: each beside FROM would be kept as a table of its own first.
 */
export const USE_INPUT = `unnest($1::uuid[]) AS id, unnest($2::timestamptz[]) AS at, unnest($3::text[]) AS refusal, unnest($4::text[]) AS source,
      unnest($5::uuid[]) AS token_id, unnest($6::text[]) AS token_kind, unnest($7::uuid[]) AS family_id, unnest($8::uuid[]) AS client_id,
      unnest($9::uuid[]) AS user_id, unnest($10::text[]) AS subject, unnest($11::uuid[]) AS verifier_id, unnest($12::text[]) AS audience,
      unnest($13::text[]) AS method, unnest($14::text[]) AS path, unnest($15::text[]) AS ip, unnest($16::text[]) AS country,
      unnest($17::text[]) AS user_agent, unnest($18::bytea[]) AS salt, generate_subscripts($1::uuid[], 1) - 1 AS ordinal`;

/** The parameters that USE_INPUT reads: a column each. */
export function useParameters(rows: readonly TokenUseRow[], marks: UseMarks): Buffer[] {
  return [
    uuidArray(marks.ids, (id) => id),
    timestampArray(rows, (row) => row.at),
    textArray(rows, (row) => row.refusal),
    textArray(rows, (row) => row.source),
    uuidArray(rows, (row) => row.tokenId),
    textArray(rows, (row) => row.tokenKind),
    uuidArray(rows, (row) => row.familyId),
    uuidArray(rows, (row) => row.clientId),
    uuidArray(rows, (row) => row.userId),
    textArray(rows, (row) => row.subject),
    uuidArray(rows, (row) => row.verifierId),
    textArray(rows, (row) => row.audience),
    textArray(rows, (row) => row.method),
    textArray(rows, (row) => row.path),
    textArray(rows, (row) => row.ip),
    textArray(marks.countries, (country) => country),
    textArray(rows, (row) => row.userAgent),
    piecesArray(marks.salts, SALT_BYTES),
  ];
}
