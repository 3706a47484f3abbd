import { IconMapOff } from "@tabler/icons-react";
import { LinkButton } from "#components/display/link-button.tsx";
import { ModKey } from "#components/display/mod-key.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page } from "#components/frame/page-header.tsx";

export default function UnknownPageNotFound() {
  return (
    <Page>
      <EmptyState
        isPage
        icon={<IconMapOff size={24} stroke={1.6} />}
        title="There is no such page"
        action={<LinkButton href="/">To the overview</LinkButton>}
      >
        <p>
          The address may be mistyped. What you look for may be in the navigation, or found by search (
          <ModKey with="K" />
          ).
        </p>
      </EmptyState>
    </Page>
  );
}
