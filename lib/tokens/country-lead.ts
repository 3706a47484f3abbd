import { sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { onRegister, T_COUNTRY, T_ISSUED } from "./branch.ts";
import { type Lead, registerLead } from "./lead.ts";
import type { CountryQuestion } from "./token-question.ts";

/** The way to the tokens that were issued to some countries: each has its own in the register's index, in the order of issue. */
export function countryLead({ filter, contained }: CountryQuestion, tokens: number): Lead {
  return {
    ...registerLead(tokens),
    width: filter.labels.length,
    answers: contained,
    branches: (stretch) =>
      filter.labels.map((country) =>
        onRegister([sql`${T_COUNTRY} = ${country}`, inWindow(T_ISSUED, stretch)]),
      ),
  };
}
