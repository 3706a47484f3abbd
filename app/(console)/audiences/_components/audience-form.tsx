"use client";

import { ActionIcon, Button, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { useShortening } from "#app/(console)/_components/lifetimes/use-shortening.tsx";
import { DurationInput } from "#components/form/duration-input.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { TextField } from "#components/form/text-field.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import { slugOf } from "#lib/clients/model.ts";
import { LIFETIME_RANGES } from "#lib/organisation/model.ts";
import classes from "./audience-form.module.css";
import { audienceWords as words } from "./words.ts";

const FIELDS = ["title", "name", "resourceUri", "accessTokenTtlMaxSeconds", "permissions"];
/** What a limit begins with. */
const USUAL = 300;
const { min: MIN, max: MAX } = LIFETIME_RANGES.accessTokenTtlSeconds;

type PermissionLine = { key: number; name: string; description: string };

/** What an audience is called and the permissions that it owns. Null for a new one. */
export function AudienceForm({ audience }: { audience: AudienceRow | null }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const nextKey = useRef(audience?.permissions.length ?? 1);
  const [title, setTitle] = useState(audience?.title ?? "");
  // follows the title until it is typed
  const [typedName, setTypedName] = useState(audience?.name ?? null);
  const name = typedName ?? slugOf(title);
  const [resourceUri, setResourceUri] = useState(audience?.resourceUri ?? "");
  const [most, setMost] = useState(audience?.accessTokenTtlMaxSeconds ?? null);
  const shortening = useShortening();
  const [lines, setLines] = useState<PermissionLine[]>(
    () =>
      audience?.permissions.map((permission, key) => ({
        key,
        name: permission.name,
        description: permission.description,
      })) ?? [{ key: 0, name: "", description: "" }],
  );

  function changeLines(next: (was: PermissionLine[]) => PermissionLine[]) {
    request.touch("permissions");
    setLines(next);
  }
  const change = (key: number, part: Partial<PermissionLine>) =>
    changeLines((was) => was.map((line) => (line.key === key ? { ...line, ...part } : line)));
  const sent = lines.filter((line) => line.name.trim() !== "");

  async function save() {
    const permissions = sent.map((line) => ({
      name: line.name.trim(),
      description: line.description.trim(),
    }));
    const isChanged = audience !== null && most !== audience.accessTokenTtlMaxSeconds;
    const choice = isChanged
      ? await request.run(() =>
          shortening.ask(`/api/v1/audiences/${audience.id}/lifetimes/preview`, {
            accessTokenTtlMaxSeconds: most,
          }),
        )
      : { go: true };
    if (choice === undefined || !choice.go) return;
    const shorten = "shorten" in choice ? choice.shorten : undefined;
    const body = { title, resourceUri, permissions, accessTokenTtlMaxSeconds: most };
    const saved = await (audience === null
      ? request.send<AudienceRow>("POST", "/api/v1/audiences", { ...body, name })
      : request.send<AudienceRow>("PATCH", `/api/v1/audiences/${audience.id}`, {
          ...body,
          version: audience.version,
          ...(shorten === undefined ? {} : { shorten }),
        }));
    if (saved === undefined) return;
    notifications.show({ message: words.saved, color: "green" });
    router.push(`/audiences/${saved.id}`);
    router.refresh();
  }

  return (
    <>
      <FormCard
        name={audience === null ? words.createTitle : words.editTitle}
        onSubmit={save}
        request={request}
        submitWord={audience === null ? words.create : words.save}
        cancelHref={audience === null ? "/audiences" : `/audiences/${audience.id}`}
      >
        <FormSection title={words.identity} help={words.identityHelp}>
          <TextField
            request={request}
            path="title"
            label={words.titleField}
            description={words.titleHelp}
            value={title}
            onType={setTitle}
            maxLength={80}
            required
          />
          <TextField
            request={request}
            path="name"
            label={words.name}
            description={words.nameHelp}
            value={name}
            onType={setTypedName}
            maxLength={64}
            disabled={audience !== null}
            required
          />
          <TextField
            request={request}
            path="resourceUri"
            label={words.resource}
            description={words.resourceHelp}
            value={resourceUri}
            onType={setResourceUri}
            maxLength={500}
            required
          />
        </FormSection>
        <FormSection title={words.lifetime} help={words.lifetimeHelp}>
          <Switch
            label={words.lifetimeLimited}
            checked={most !== null}
            onChange={(event) => {
              request.touch("accessTokenTtlMaxSeconds");
              setMost(event.currentTarget.checked ? USUAL : null);
            }}
          />
          {most === null ? null : (
            <DurationInput
              label={words.lifetimeMost}
              value={most}
              onChange={(seconds) => {
                request.touch("accessTokenTtlMaxSeconds");
                setMost(seconds);
              }}
              min={MIN}
              max={MAX}
              error={request.faultOf("accessTokenTtlMaxSeconds")}
            />
          )}
        </FormSection>
        <FormSection title={words.permissions} help={words.permissionsHelp}>
          <ul className={classes.lines} aria-label={words.permissions}>
            {lines.map((line) => (
              <li key={line.key} className={classes.line}>
                <TextInput
                  aria-label={words.permissionName}
                  placeholder="invoices:read"
                  value={line.name}
                  onChange={(event) => change(line.key, { name: event.currentTarget.value })}
                  error={request.faultOf(`permissions.${sent.indexOf(line)}.name`)}
                  maxLength={100}
                />
                <TextInput
                  aria-label={words.permissionDescription}
                  placeholder={words.permissionDescription}
                  value={line.description}
                  onChange={(event) => change(line.key, { description: event.currentTarget.value })}
                  error={request.faultOf(`permissions.${sent.indexOf(line)}.description`)}
                  maxLength={200}
                />
                <ActionIcon
                  size={36}
                  aria-label={`${words.removePermission} ${line.name}`}
                  onClick={() => changeLines((was) => was.filter(({ key }) => key !== line.key))}
                >
                  <IconTrash size={17} />
                </ActionIcon>
              </li>
            ))}
          </ul>
          <Button
            leftSection={<IconPlus size={15} />}
            style={{ alignSelf: "flex-start" }}
            onClick={() => {
              nextKey.current += 1;
              setLines((was) => [...was, { key: nextKey.current, name: "", description: "" }]);
            }}
          >
            {words.addPermission}
          </Button>
        </FormSection>
      </FormCard>
      {shortening.dialog}
    </>
  );
}
