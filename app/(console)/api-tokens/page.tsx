import { IconApi, IconPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listApiTokens } from "#lib/api-tokens/list-api-tokens.ts";
import { can } from "#lib/authz/require-permission.ts";
import { ApiTokensTable } from "./_components/api-tokens-table.tsx";
import { apiTokenWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function ApiTokensPage() {
  const ctx = await requireSignedIn("/api-tokens");
  if (!can(ctx, "api-token:read")) return <NotForRole role={ctx.actor.role} />;
  const tokens = await listApiTokens(ctx);
  const create = (
    <LinkButton href="/api-tokens/new" variant="filled" leftSection={<IconPlus size={16} />}>
      {words.register}
    </LinkButton>
  );
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={tokens.length === 0 ? null : create} />
      {tokens.length === 0 ? (
        <Card>
          <EmptyState icon={<IconApi size={28} stroke={1.5} />} title={words.emptyTitle} action={create}>
            {words.emptyText}
          </EmptyState>
        </Card>
      ) : (
        <Card title={words.all} flush>
          <ApiTokensTable tokens={tokens} />
        </Card>
      )}
    </Page>
  );
}
