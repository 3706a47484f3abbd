import { IconKeyOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page } from "#components/frame/page-header.tsx";

export default function TokenNotFound() {
  return (
    <Page>
      <EmptyState
        isPage
        icon={<IconKeyOff size={24} stroke={1.6} />}
        title="No token with this id is on record"
        action={
          <Link prefetch={false} href="/tokens">
            All tokens
          </Link>
        }
      >
        <p>
          It was not issued here, or it expired so long ago that the register no longer keeps it. A token that
          carries our signature but is not on record is a forgery: tell your security team.
        </p>
      </EmptyState>
    </Page>
  );
}
