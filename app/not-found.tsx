import { IconMapOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#components/feedback/empty-state.tsx";

export default function NotFound() {
  return (
    <main>
      <EmptyState
        isPage
        icon={<IconMapOff size={24} stroke={1.6} />}
        title="There is no such page"
        action={<Link href="/">To the overview</Link>}
      />
    </main>
  );
}
