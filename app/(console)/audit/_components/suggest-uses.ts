import { suggestTokenValues } from "#app/(console)/_components/suggest-values.ts";
import type { Suggest, Suggestion } from "#components/filter-bar/filter-bar.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { UseFacets } from "#lib/audit/model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "#lib/audit/table.ts";
import { refusalWords } from "#lib/audit/use-words.ts";
import { countryName } from "#lib/list-query/country.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { toListParameters } from "#lib/list-query/parse-list-query.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const STATUSES: Suggestion[] = [
  { value: "2xx", label: "answered" },
  { value: "3xx", label: "led elsewhere" },
  { value: "4xx", label: "refused by the service" },
  { value: "5xx", label: "failed" },
  { value: "400..", label: "4xx, 5xx and above" },
];
const SHOWN_MAX = 50;

const isFacet = (key: string): key is keyof UseFacets["facets"] =>
  ["outcome", "refusal", "source", "client", "verifier", "country"].includes(key);

function labelOf(key: string, value: string): Pick<Suggestion, "label"> {
  if (key === "country") return { label: countryName(value) };
  return key === "refusal" ? { label: refusalWords(value) } : {};
}

async function audiences(text: string, signal: AbortSignal): Promise<Suggestion[]> {
  const query = new URLSearchParams({ size: "8", ...(text === "" ? {} : { q: text }) });
  const { rows } = await requestJson<{ rows: { name: string; title: string }[] }>(
    `/api/v1/audiences?${query}`,
    { signal },
  );
  return rows.map(({ name, title }) => ({ value: name, label: title }));
}

async function plain(key: string, text: string, signal: AbortSignal): Promise<Suggestion[]> {
  const has = ({ value, label }: Suggestion) =>
    `${value} ${label ?? ""}`.toLowerCase().includes(text.toLowerCase());
  switch (key) {
    case "method":
      return METHODS.map((value) => ({ value })).filter(has);
    case "status":
      return STATUSES.filter(has);
    case "audience":
      return audiences(text, signal);
    case "country":
      // those of tokens, of which the counts are not those of uses
      return (await suggestTokenValues(key, text, signal)).map(({ count: _, ...value }) => value);
    default:
      return suggestTokenValues(key, text, signal);
  }
}

/** How many uses have which value, of those that match all else that is asked for. */
async function readFacets(filters: TokenUsesQuery["filters"]): Promise<UseFacets["facets"]> {
  const query = toListParameters(tokenUsesTable, { ...defaultQuery(tokenUsesTable), filters });
  const { facets } = await requestJson<UseFacets>(`/api/v1/token-uses/facets?${query}`);
  return facets;
}

/** The most frequent values first; nothing where counting takes too long. */
function counted(key: keyof UseFacets["facets"], facets: UseFacets["facets"]): Suggestion[] {
  return facets[key].map(({ value, count }) => ({ value, count, ...labelOf(key, value) }));
}

/** Real values for the filters of uses: with how many of the uses that are shown have them where that is counted ahead, then those that the registers know. */
export function suggestUsesBeside(filters: TokenUsesQuery["filters"]): Suggest {
  // counted once for all that is typed
  let facets: Promise<UseFacets["facets"]> | null = null;
  return async (key, text, signal) => {
    if (isFacet(key)) facets ??= readFacets(filters);
    const folded = text.toLowerCase();
    const [first = [], others] = await Promise.all([
      isFacet(key) ? facets?.then((all) => counted(key, all)).catch(() => []) : [],
      plain(key, text, signal),
    ]);
    const found = first.filter(({ value, label }) =>
      `${value} ${label ?? ""}`.toLowerCase().includes(folded),
    );
    const labels = new Map(others.map(({ value, label }) => [value, label]));
    const known = new Set(found.map(({ value }) => value));
    return [
      ...found.map((one) => ({
        ...(labels.get(one.value) ? { label: labels.get(one.value) as string } : {}),
        ...one,
      })),
      ...others.filter(({ value }) => !known.has(value)),
    ].slice(0, SHOWN_MAX);
  };
}
