import { IconMapPinOff } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page } from "#components/frame/page-header.tsx";

export default function AddressNotFound() {
  return (
    <Page>
      <EmptyState
        isPage
        icon={<IconMapPinOff size={24} stroke={1.6} />}
        title="That is no IP address"
        action={
          <Link prefetch={false} href="/audit">
            The log
          </Link>
        }
      >
        <p>
          There is no such page: write one address whole, such as 203.0.113.7 or 2001:db8::1, and no range.
        </p>
      </EmptyState>
    </Page>
  );
}
