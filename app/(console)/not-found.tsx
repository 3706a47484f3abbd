import { IconMapOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page } from "#components/frame/page-header.tsx";

export default function ConsoleNotFound() {
  return (
    <Page>
      <EmptyState
        isPage
        icon={<IconMapOff size={24} stroke={1.6} />}
        title="This is not there"
        action={
          <Link prefetch={false} href="/">
            To the overview
          </Link>
        }
      >
        <p>It was never there, it was removed, or your role may not see it.</p>
      </EmptyState>
    </Page>
  );
}
