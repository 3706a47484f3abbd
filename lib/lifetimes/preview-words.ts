import type { LifetimePreview } from "./preview-model.ts";

type Facts = Omit<LifetimePreview, "sentences" | "plan">;

function plural(count: number, one: string, more: string): string {
  return count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${more}`;
}

function atWords(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** What tokens that are out do, with and without being shortened. */
export function previewSentences(facts: Facts): string[] {
  const { access, refresh, isExact, clients, over, endsAt, expiresAt } = facts;
  const tokens = access + refresh;
  if (tokens === 0)
    return isExact
      ? ["No live token outlives the new limits."]
      : ["Counting the tokens that outlive the new limits takes too long here; there may be many."];
  const kinds = [
    access > 0 ? plural(access, "access token", "access tokens") : "",
    refresh > 0 ? plural(refresh, "refresh token", "refresh tokens") : "",
  ].filter((one) => one !== "");
  const ofClients = isExact ? " of" : " of at least";
  const of = clients > 1 ? `${ofClients} ${plural(clients, "client", "clients")}` : "";
  const many = `${isExact ? "" : "At least "}${kinds.join(" and ")}${of}`;
  const last = isExact ? "the last" : "the last of those that were looked at";
  const sentences = [
    `${many} ${tokens === 1 && isExact ? "outlives" : "outlive"} the new limits${isExact ? "" : ": counting them all takes too long here"}.`,
    `Left alone, ${tokens === 1 ? "it lives" : "they live"} as ${tokens === 1 ? "it was" : "they were"} issued${expiresAt === null ? "" : `, ${last} until ${atWords(expiresAt)}`}.`,
  ];
  // of those that were not looked at nobody knows which are past it
  const rest = isExact ? tokens - over : 1;
  const past = isExact
    ? over === tokens
      ? "all"
      : plural(over, "is", "are")
    : `at least ${plural(over, "is", "are")}`;
  const now = over === 0 ? "" : `${past} past their new limit and end at once`;
  const by = endsAt === null ? "" : `, ${last} by ${atWords(endsAt)}`;
  const later =
    rest === 0 || (isExact && endsAt === null)
      ? ""
      : `${over === 0 ? "each ends" : "each of the others ends"} when its new limit is reached${by}`;
  sentences.push(
    `Shortened, ${[now, later].filter((one) => one !== "").join("; ")}. They are revoked then, for ever and on record: a signed token cannot be signed anew. Tokens whose ends are near to each other end with the first of them, up to 10 seconds or a sixth of the time left sooner.`,
  );
  return sentences;
}
