import { IconBook2, IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listApiTokens } from "#lib/api-tokens/list-api-tokens.ts";
import { API_TOKENS_TABLE } from "#lib/api-tokens/table.ts";
import { can } from "#lib/authz/require-permission.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { ApiTokensTable } from "../_components/api-tokens-table.tsx";
import { apiTokenWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ApiTokensPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(API_TOKENS_TABLE, await searchParams);
  const address = listAddress("/api-tokens", API_TOKENS_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (!can(ctx, "api-token:read")) return <NotForRole role={ctx.actor.role} />;
  if (dropped.length > 0) redirect(address);
  const { total, ...page } = await listApiTokens(ctx, query);
  const canWrite = can(ctx, "api-token:write");
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <>
            <LinkButton href="/api-reference" leftSection={<IconBook2 size={16} />}>
              {words.referenceTitle}
            </LinkButton>
            {canWrite ? (
              <LinkButton href="/api-tokens/new" variant="filled" leftSection={<IconPlus size={16} />}>
                {words.register}
              </LinkButton>
            ) : null}
          </>
        }
      />
      <ApiTokensTable query={query} page={page} total={total} canWrite={canWrite} />
    </Page>
  );
}
