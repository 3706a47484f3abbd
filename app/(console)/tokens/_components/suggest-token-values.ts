import type { Suggest } from "#components/filter-bar/filter-bar.tsx";
import { requestJson } from "#components/request/request-json.ts";

type Rows<Row> = { rows: Row[] };

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
    default:
      return [];
  }
};
