import { Group } from "@mantine/core";
import { LinkButton } from "./link-button.tsx";

/** Under a list that is read newest first: back to its beginning, and on to what is older. Nothing where all of it is on one page. */
export function PageTurns({
  newestHref,
  olderHref,
}: {
  newestHref: string | null;
  olderHref: string | null;
}) {
  if (newestHref === null && olderHref === null) return null;
  return (
    <Group gap={8} p={12}>
      {newestHref === null ? null : <LinkButton href={newestHref}>Newest</LinkButton>}
      {olderHref === null ? null : <LinkButton href={olderHref}>Older</LinkButton>}
    </Group>
  );
}
