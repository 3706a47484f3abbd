import { IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireSignedIn } from "#app/_lib/context.ts";
import { listAddress } from "#components/data-table/list-address.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listVerifiers } from "#lib/verifiers/list-verifiers.ts";
import { VERIFIERS_TABLE } from "#lib/verifiers/table.ts";
import { TroubledVerifiers } from "../_components/troubled-verifiers.tsx";
import { VerifierTabs } from "../_components/verifier-tabs.tsx";
import { VerifiersTable } from "../_components/verifiers-table.tsx";
import { verifierWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function VerifiersPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { query, dropped } = parseListQuery(VERIFIERS_TABLE, await searchParams);
  const address = listAddress("/verifiers", VERIFIERS_TABLE, query);
  const ctx = await requireSignedIn(address);
  if (dropped.length > 0) redirect(address);
  const { total, troubled, ...page } = await listVerifiers(ctx, query);
  const canWrite = can(ctx, "verifier:write");
  return (
    <Page fill>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          canWrite ? (
            <LinkButton href="/verifiers/new" variant="filled" leftSection={<IconPlus size={16} />}>
              {words.register}
            </LinkButton>
          ) : null
        }
      />
      <VerifierTabs current="/verifiers" />
      <TroubledVerifiers counts={troubled} />
      <VerifiersTable query={query} page={page} total={total} canWrite={canWrite} />
    </Page>
  );
}
