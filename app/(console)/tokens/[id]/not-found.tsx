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
          The id may be mistyped, or its token older than what the register keeps. If it came from a token
          that carries a good signature of ours, treat that token as a forgery and tell your security team.
        </p>
      </EmptyState>
    </Page>
  );
}
