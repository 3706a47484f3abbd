import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { CreateProvider } from "../_components/create-provider.tsx";
import { signInSettingWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.newProvider };

export default async function NewProviderPage() {
  const ctx = await requireSignedIn("/settings/sign-in/new");
  if (!can(ctx, "sign-in:write")) return <NotForRole role={ctx.actor.role} />;
  return (
    <Page>
      <PageHeader
        title={words.newProvider}
        purpose={words.about}
        crumbs={[{ name: words.title, href: "/settings/sign-in" }]}
      />
      <CreateProvider />
    </Page>
  );
}
