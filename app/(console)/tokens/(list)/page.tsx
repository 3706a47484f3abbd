import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { hasAudience } from "#lib/audiences/has-audience.ts";
import type { Context } from "#lib/context.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { isTooSlow, listTokens } from "#lib/tokens/list-tokens.ts";
import { type TokensQuery, tokensTable } from "#lib/tokens/table.ts";
import { TokensTable } from "../_components/tokens-table.tsx";

export const metadata: Metadata = { title: "Tokens" };

type TokensPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** A search that was given up leaves the filters, to be narrowed, and says so in the place of the rows. */
async function listOrFailure(ctx: Context, query: TokensQuery) {
  try {
    return { ...(await listTokens(ctx, query)), failure: null };
  } catch (error) {
    if (!isTooSlow(error)) throw error;
    return {
      rows: [],
      next: null,
      previous: null,
      total: { value: 0, isExact: true },
      failure: error.message,
    };
  }
}

/** The register: what is out there, whose it is, and until when. */
export default async function TokensPage({ searchParams }: TokensPageProps) {
  const { query, dropped } = parseListQuery(tokensTable, await searchParams);
  const address = listAddress("/tokens", tokensTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, failure, ...page } = await listOrFailure(ctx, query);
  const isWithoutAudience = failure === null && total.value === 0 && !(await hasAudience(ctx));
  return (
    <Page fill>
      <PageHeader
        title="Tokens"
        purpose="Every access and refresh token on record. Values are never stored."
      />
      <TokensTable
        query={query}
        page={page}
        total={total}
        failure={failure}
        may={revocableBy(ctx.actor.role)}
        isWithoutAudience={isWithoutAudience}
      />
    </Page>
  );
}
