import type { Suggest, Suggestion } from "#components/filter-bar/filter-bar.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { countryName } from "#lib/list-query/country.ts";
import type { Total } from "#lib/list-query/define-table.ts";

type Rows<Row> = { rows: Row[] };

async function countries(text: string, signal: AbortSignal): Promise<Suggestion[]> {
  const { rows } = await requestJson<Rows<{ country: string; tokens: Total }>>("/api/v1/tokens/countries", {
    signal,
  });
  const folded = text.toLowerCase();
  return rows
    .map(({ country, tokens }) => ({
      value: country,
      label: countryName(country),
      ...(tokens.isExact ? { count: tokens.value } : {}),
    }))
    .filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(folded))
    .slice(0, 50);
}

/** Real values for the filters of tokens, from the lists of what they name. */
export const suggestTokenValues: Suggest = async (filterKey, text, signal) => {
  const query = new URLSearchParams({ size: "8" });
  if (text !== "") query.set("q", text);
  switch (filterKey) {
    case "client": {
      const { rows } = await requestJson<Rows<{ clientId: string; name: string }>>(
        `/api/v1/clients?${query}`,
        { signal },
      );
      return rows.map((row) => ({ value: row.clientId, label: row.name }));
    }
    case "user": {
      const { rows } = await requestJson<Rows<{ email: string; name: string }>>(`/api/v1/users?${query}`, {
        signal,
      });
      return rows.map((row) => ({ value: row.email, label: row.name }));
    }
    case "group": {
      const { rows } = await requestJson<Rows<{ name: string }>>(`/api/v1/groups?${query}`, { signal });
      return rows.map((row) => ({ value: row.name }));
    }
    case "verifier": {
      const { rows } = await requestJson<Rows<{ name: string }>>(`/api/v1/verifiers?${query}`, { signal });
      return rows.map((row) => ({ value: row.name }));
    }
    case "asn":
    case "network": {
      const { rows } = await requestJson<Rows<{ network: string; name: string }>>(
        `/api/v1/networks?${query}`,
        {
          signal,
        },
      );
      return rows.map((row) => ({ value: row.network, label: row.name }));
    }
    case "country":
      return countries(text, signal);
    default:
      return [];
  }
};
