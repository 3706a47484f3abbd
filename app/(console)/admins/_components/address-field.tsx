"use client";

import { Alert } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconEyeExclamation } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { TextField } from "#components/form/text-field.tsx";
import type { Send } from "#components/form/use-send.ts";
import { requestJson } from "#components/request/request-json.ts";
import type { ComparedAddress } from "#lib/admins/model.ts";
import { adminWords as words } from "./words.ts";

const REST_MS = 300;
/** What may be a whole address: before that there is nothing to compare. */
const WHOLE = /^\S+@\S+\.\S{2,}$/;

/** As whose the address is read, asked for when the typing rests. What cannot be asked is said by the answer to the invitation. */
function useCompared(typed: string): ComparedAddress | null {
  const [email] = useDebouncedValue(typed.trim(), REST_MS);
  const [answer, setAnswer] = useState<{ email: string; compared: ComparedAddress } | null>(null);
  useEffect(() => {
    if (!WHOLE.test(email)) return;
    const stop = new AbortController();
    requestJson<ComparedAddress>(`/api/v1/admins/look-alike?${new URLSearchParams({ email })}`, {
      signal: stop.signal,
    })
      .then((compared) => setAnswer({ email, compared }))
      .catch(() => {});
    return () => stop.abort();
  }, [email]);
  return answer?.email === typed.trim() ? answer.compared : null;
}

/** The address of whom one invites; says while one types whose it is, or is read as. */
export function AddressField({
  request,
  value,
  onType,
}: {
  request: Pick<Send, "touch" | "faultOf">;
  value: string;
  onType: (text: string) => void;
}) {
  const compared = useCompared(value);
  const looksLike = compared?.looksLike ?? null;
  return (
    <>
      <TextField
        request={{
          touch: request.touch,
          faultOf: (path) => request.faultOf(path) ?? (compared?.isTaken ? words.isTaken : undefined),
        }}
        path="email"
        label={words.email}
        type="email"
        value={value}
        onType={onType}
        maxLength={254}
        required
      />
      <div role="status">
        {looksLike === null ? null : (
          <Alert color="yellow" icon={<IconEyeExclamation size={18} />} title={words.looksAlike}>
            {words.looksLikeNow(looksLike)}
          </Alert>
        )}
      </div>
    </>
  );
}
