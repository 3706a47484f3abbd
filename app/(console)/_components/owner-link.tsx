import Link from "next/link";
import type { ReactNode } from "react";
import { type OwnSecretKind, ownerHref } from "#lib/scanners/model.ts";

type OwnerLinkProps = {
  kind: OwnSecretKind;
  ownerId: string;
  /** Whose pages the reader's role shows (`ownersSeenBy`). */
  sees: readonly OwnSecretKind[];
  children: ReactNode;
  /** Said where the page is not for the reader; else it is said without a link. */
  otherwise?: ReactNode;
};

/** Leads to the page of whose a secret of this product is, where the reader's role shows it. */
export function OwnerLink({ kind, ownerId, sees, children, otherwise = children }: OwnerLinkProps) {
  if (!sees.includes(kind)) return otherwise;
  return (
    <Link prefetch={false} href={ownerHref(kind, ownerId)}>
      {children}
    </Link>
  );
}
