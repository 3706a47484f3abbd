import { IconLock } from "@tabler/icons-react";
import { LinkButton } from "#components/display/link-button.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { ROLE_WORDS, type Role } from "#lib/authz/roles.ts";

/** A page that the person's role does not open. The use cases behind it refuse all the same. */
export function NotForRole({ role }: { role: Role }) {
  const { name, means } = ROLE_WORDS[role];
  return (
    <Page>
      <PageHeader title="Not for your role" />
      <EmptyState
        icon={<IconLock size={28} stroke={1.5} />}
        title="Your role does not open this page"
        action={<LinkButton href="/">Go to the overview</LinkButton>}
      >
        You are {name.toLowerCase()}. {means} An owner can give you another role.
      </EmptyState>
    </Page>
  );
}
