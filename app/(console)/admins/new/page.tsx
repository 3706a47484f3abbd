import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { listSignInDoors } from "#lib/sign-in-providers/list-providers.ts";
import { InviteAdmin } from "../_components/invite-admin.tsx";
import { adminWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function InviteAdminPage() {
  const ctx = await requireSignedIn("/admins/new");
  if (!can(ctx, "admin:write")) return <NotForRole role={ctx.actor.role} />;
  const { providers, isLocalOff } = await listSignInDoors(ctx.db);
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={providers.length === 0 ? words.createPurpose : words.createPurposeByProvider}
        crumbs={[{ name: words.title, href: "/admins" }]}
      />
      <InviteAdmin providers={providers} isLocalOff={isLocalOff} />
    </Page>
  );
}
