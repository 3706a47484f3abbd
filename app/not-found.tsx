import { IconMapOff } from "@tabler/icons-react";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { BrandTop } from "#components/layout/brand-top.tsx";

export default function NotFound() {
  return (
    <>
      <BrandTop />
      <main>
        <EmptyState
          isPage
          icon={<IconMapOff size={24} stroke={1.6} />}
          title="There is no such page"
          // a plain link: each first visit would load the code of another kind with it
          action={<a href="/">To the overview</a>}
        >
          <p>The address may be mistyped.</p>
        </EmptyState>
      </main>
    </>
  );
}
