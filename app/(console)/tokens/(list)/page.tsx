import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { hasAudience } from "#lib/audiences/has-audience.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { tokensTable } from "#lib/tokens/table.ts";
import { TokensTable } from "../_components/tokens-table.tsx";

export const metadata: Metadata = { title: "Tokens" };

type TokensPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The register: what is out there, whose it is, and until when. */
export default async function TokensPage({ searchParams }: TokensPageProps) {
  const { query, dropped } = parseListQuery(tokensTable, await searchParams);
  const address = listAddress("/tokens", tokensTable, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listTokens(ctx, query);
  const isWithoutAudience = total.value === 0 && !(await hasAudience(ctx));
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
        may={revocableBy(ctx.actor.role)}
        isWithoutAudience={isWithoutAudience}
      />
    </Page>
  );
}
