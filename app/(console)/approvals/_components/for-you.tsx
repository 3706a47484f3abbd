import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { approvalWords as words } from "./words.ts";

/** What letting it be done takes from whoever reads it; nothing where they lose nothing. */
export function ForYou({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle size={18} />} title={words.forYou}>
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </Alert>
  );
}
