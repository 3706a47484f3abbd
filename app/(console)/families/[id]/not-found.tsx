import { IconKeyOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page } from "#components/frame/page-header.tsx";

export default function FamilyNotFound() {
  return (
    <Page>
      <EmptyState
        isPage
        icon={<IconKeyOff size={24} stroke={1.6} />}
        title="No family with this id is on record"
        action={
          <Link prefetch={false} href="/tokens">
            All tokens
          </Link>
        }
      >
        <p>The id may be mistyped, or older than what the log keeps.</p>
      </EmptyState>
    </Page>
  );
}
