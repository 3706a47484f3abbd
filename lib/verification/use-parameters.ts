import { piecesArray, textArray, timestampArray, uuidArray, uuidPieces } from "../db/binary-arrays.ts";
import type { Space } from "../db/column-space.ts";
import { uuidTexts, uuidv7s } from "../ids.ts";
import type { CountryOf } from "../places/country-database.ts";
import { newSalts, SALT_BYTES, saltTexts, useLeaf } from "../seals/use-leaf.ts";
import type { TokenUseRow } from "./use-writer.ts";

/** What a writer gives the uses of a flush on their way to the log, each at its place. */
export type UseMarks = {
  /** UUIDs, one after the other. */
  ids: Buffer;
  /** Of their addresses. */
  countries: readonly (string | null)[];
  salts: Buffer;
};

/** What only a report tells of a use. */
export type ReportedAnswer = { status: number | null; bytes: number | null; latencyUs: number | null };

/** The leaves of a flush, in its order. */
export function useLeaves(
  rows: readonly TokenUseRow[],
  { ids, countries, salts }: UseMarks,
  receivedAt: Date,
  answerOf: (ordinal: number) => ReportedAnswer,
): Buffer[] {
  const idAt = uuidTexts(ids);
  const saltAt = saltTexts(salts);
  return rows.map((row, ordinal) => {
    const answer = answerOf(ordinal);
    // field by field: an object that is put together of others is made three times over
    return useLeaf({
      id: idAt(ordinal),
      receivedAt,
      at: row.at,
      outcome: row.refusal === null ? "allowed" : "refused",
      refusal: row.refusal,
      source: row.source,
      tokenId: row.tokenId,
      tokenKind: row.tokenKind,
      familyId: row.familyId,
      clientId: row.clientId,
      userId: row.userId,
      subject: row.subject,
      verifierId: row.verifierId,
      audience: row.audience,
      method: row.method,
      path: row.path,
      ip: row.ip,
      country: countries[ordinal] ?? null,
      userAgent: row.userAgent,
      status: answer.status,
      bytes: answer.bytes,
      latencyUs: answer.latencyUs,
      ordinal,
      salt: saltAt(ordinal),
    });
  });
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
export function useParameters(rows: readonly TokenUseRow[], marks: UseMarks, space: Space): Buffer[] {
  return [
    uuidPieces(marks.ids, space),
    timestampArray(rows, (row) => row.at, space),
    textArray(rows, (row) => row.refusal, space),
    textArray(rows, (row) => row.source, space),
    uuidArray(rows, (row) => row.tokenId, space),
    textArray(rows, (row) => row.tokenKind, space),
    uuidArray(rows, (row) => row.familyId, space),
    uuidArray(rows, (row) => row.clientId, space),
    uuidArray(rows, (row) => row.userId, space),
    textArray(rows, (row) => row.subject, space),
    uuidArray(rows, (row) => row.verifierId, space),
    textArray(rows, (row) => row.audience, space),
    textArray(rows, (row) => row.method, space),
    textArray(rows, (row) => row.path, space),
    textArray(rows, (row) => row.ip, space),
    textArray(marks.countries, (country) => country, space),
    textArray(rows, (row) => row.userAgent, space),
    piecesArray(marks.salts, SALT_BYTES, space),
  ];
}
