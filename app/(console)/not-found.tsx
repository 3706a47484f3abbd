import { IconMapOff } from "@tabler/icons-react";
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
          // a plain link: each first visit would load the code of another kind with it
          <a href="/">To the overview</a>
        }
      >
        <p>It was never there, it was removed, or your role may not see it.</p>
      </EmptyState>
    </Page>
  );
}
