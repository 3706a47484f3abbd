import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { TokenFormat } from "#lib/tokens/model.ts";

/** Says that the pasted value was another than the one that was issued under this id. */
export function PastedDiffers({ format }: { format: TokenFormat }) {
  return (
    <Alert
      role="status"
      color="orange"
      icon={<IconAlertTriangle size={18} />}
      title={
        format === "jwt"
          ? "The signature of what you pasted differs from the one on record"
          : "What you pasted is not the value on record"
      }
    >
      It carries this token's id, but its SHA-256 is another: somebody rewrote it, or a character was lost
      when it was copied. Our verifiers refuse such a value; one that checks signatures alone can accept a
      rewritten ECDSA signature. This page is about the token that was issued.
    </Alert>
  );
}
