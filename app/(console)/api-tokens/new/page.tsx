import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getEnv } from "#lib/env.ts";
import { CreateApiToken } from "../_components/create-api-token.tsx";
import { apiTokenWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateApiTokenPage() {
  const ctx = await requireSignedIn("/api-tokens/new");
  if (!can(ctx, "api-token:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/api-tokens" }]}
      />
      <CreateApiToken consoleUrl={getEnv().consoleUrl} />
    </Page>
  );
}
