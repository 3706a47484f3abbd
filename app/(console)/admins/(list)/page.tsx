import { IconUserPlus } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { listAdmins } from "#lib/admins/list-admins.ts";
import { listTokensBack } from "#lib/admins/tokens-back.ts";
import { can } from "#lib/authz/require-permission.ts";
import { ROLE_WORDS, ROLES } from "#lib/authz/roles.ts";
import { AdminsTable } from "../_components/admins-table.tsx";
import { adminWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.title };

export default async function AdminsPage() {
  const ctx = await requireSignedIn("/admins");
  if (!can(ctx, "admin:read")) return <NotForRole role={ctx.actor.role} />;
  const [admins, tokensBack] = await Promise.all([listAdmins(ctx), listTokensBack(ctx)]);
  return (
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <LinkButton href="/admins/new" variant="filled" leftSection={<IconUserPlus size={16} />}>
            {words.invite}
          </LinkButton>
        }
      />
      <Card title={words.all} flush>
        <AdminsTable admins={admins} selfId={ctx.actor.id} tokensBack={tokensBack} />
      </Card>
      <Card title={words.roles}>
        <KeyValue
          wide
          items={ROLES.map((role) => ({ key: ROLE_WORDS[role].name, value: ROLE_WORDS[role].means }))}
        />
      </Card>
    </Page>
  );
}
