import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { groupChoices } from "#app/(console)/_lib/choices.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { CreateUserForm } from "../_components/create-user-form.tsx";
import { userWords as words } from "../_components/words.ts";

export const metadata: Metadata = { title: words.createTitle };

export default async function CreateUserPage() {
  const ctx = await requireSignedIn("/users/new");
  if (!can(ctx, "user:write")) return <NotForRole role={ctx.actor.role} />;
  const groups = await groupChoices(ctx);
  return (
    <Page>
      <PageHeader
        title={words.createTitle}
        purpose={words.createPurpose}
        crumbs={[{ name: words.title, href: "/users" }]}
      />
      <CreateUserForm groups={groups} />
    </Page>
  );
}
