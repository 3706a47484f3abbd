"use client";

import { NumberInput, Textarea, TextInput } from "@mantine/core";
import { OneOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useDraft } from "#components/form/use-draft.ts";
import { useSend } from "#components/form/use-send.ts";
import { MAIL_TLS, MAIL_TLS_WORDS, type MailSettings, type MailTls } from "#lib/mail/model.ts";
import { mailWords as words } from "./words.ts";

const FIELDS = ["host", "port", "tls", "caPem", "username", "password", "fromAddress", "fromName"];

type Draft = {
  host: string;
  port: number;
  tls: MailTls;
  caPem: string;
  username: string;
  password: string;
  fromAddress: string;
  fromName: string;
};

function draftOf({ server }: MailSettings): Draft {
  return {
    host: server?.host ?? "",
    port: server?.port ?? MAIL_TLS_WORDS.starttls.port,
    tls: server?.tls ?? "starttls",
    caPem: server?.caPem ?? "",
    username: server?.username ?? "",
    password: "",
    fromAddress: server?.fromAddress ?? "",
    fromName: server?.fromName ?? "",
  };
}

function bodyOf({ password, ...draft }: Draft, version: number) {
  return {
    ...draft,
    version,
    username: draft.username.trim() || null,
    caPem: draft.caPem.trim() || null,
    ...(password === "" ? {} : { password }),
  };
}

/** By which server mail leaves; a password is written here and never read. */
export function MailForm({ settings }: { settings: MailSettings }) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [draft, set, text] = useDraft(draftOf(settings), request);
  const line = (
    field: "host" | "username" | "fromAddress" | "fromName",
    label: string,
    isRequired = false,
  ) => <TextInput label={label} {...text(field)} maxLength={254} autoComplete="off" required={isRequired} />;

  async function save() {
    const body = bodyOf(draft, settings.version);
    const saved = await request.send<MailSettings>("PUT", "/api/v1/mail-settings", body);
    if (saved === undefined) return;
    done(words.saved);
  }

  return (
    <FormCard
      name={words.server}
      onSubmit={() => void save()}
      request={request}
      submitWord={words.save}
      guarded="streams"
    >
      <FormSection title={words.server} help={words.serverHelp}>
        {line("host", words.host, true)}
        <OneOf
          label={words.tls}
          choices={MAIL_TLS}
          wordsOf={(tls) => MAIL_TLS_WORDS[tls]}
          value={draft.tls}
          onChange={(tls) => {
            const isUsual = draft.port === MAIL_TLS_WORDS[draft.tls].port;
            set({ tls, ...(isUsual ? { port: MAIL_TLS_WORDS[tls].port } : {}) });
          }}
          error={request.faultOf("tls")}
        />
        <NumberInput
          label={words.port}
          value={draft.port}
          onChange={(value) => {
            if (typeof value === "number") set({ port: value });
          }}
          error={request.faultOf("port")}
          min={1}
          max={65_535}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=""
          maw={160}
        />
        {draft.tls === "plain" ? null : (
          <Textarea
            label={words.caPem}
            description={words.caPemHelp}
            value={draft.caPem}
            onChange={(event) => set({ caPem: event.currentTarget.value })}
            error={request.faultOf("caPem")}
            autosize
            minRows={2}
            maxRows={8}
            className="mono-input"
          />
        )}
      </FormSection>
      <FormSection title={words.signIn} help={words.signInHelp}>
        {line("username", words.username)}
        <TextInput
          type="password"
          label={words.password}
          description={settings.server?.hasPassword ? words.passwordKept : words.passwordHelp}
          value={draft.password}
          onChange={(event) => set({ password: event.currentTarget.value })}
          error={request.faultOf("password")}
          maxLength={1_024}
          autoComplete="new-password"
        />
      </FormSection>
      <FormSection title={words.from} help={words.fromHelp}>
        {line("fromAddress", words.fromAddress, true)}
        {line("fromName", words.fromName)}
      </FormSection>
    </FormCard>
  );
}
