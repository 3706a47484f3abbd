"use client";

import { Button, FileInput, Group, Stack } from "@mantine/core";
import { IconFileTypeCsv } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useKeep } from "#components/live/live.tsx";
import { IMPORT_FILE_BYTES, type ImportKind } from "#lib/people-imports/model.ts";
import { sendFile } from "./send-file.ts";
import { importWords as words } from "./words.ts";

/** Takes a file, sends it in parts, and goes on to what it would do. */
export function ImportForm({ kind }: { kind: ImportKind }) {
  const router = useRouter();
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  useKeep(file !== null);
  const fault =
    file === null
      ? null
      : file.size > IMPORT_FILE_BYTES
        ? words.tooLarge
        : file.size === 0
          ? words.empty
          : null;

  async function compare(event: FormEvent) {
    event.preventDefault();
    if (file === null || fault !== null || progress !== null) return;
    setError(null);
    try {
      const { id } = await sendFile(kind, file, (done, all) =>
        setProgress(done === all ? words.comparing : words.uploading(done + 1, all)),
      );
      router.push(`/${kind}/import?id=${id}`);
    } catch (cause) {
      setError(cause);
    } finally {
      setProgress(null);
    }
  }

  return (
    <form onSubmit={compare}>
      <Card title={words.chooseTitle}>
        <Stack gap="md" maw={640}>
          <p className="muted">{words.columnsHelp}</p>
          <KeyValue
            items={words.columns[kind].map(([name, means]) => ({
              key: name,
              value: means,
            }))}
          />
          <FileInput
            label={words.fileLabel}
            description={words.limits}
            accept=".csv,text/csv,text/plain"
            leftSection={<IconFileTypeCsv size={18} />}
            placeholder={words.chooseTitle}
            value={file}
            onChange={(chosen) => {
              setFile(chosen);
              setError(null);
            }}
            error={fault}
            clearable
            required
          />
          <ProblemAlert error={error} title="The file was not read" />
          <Group gap="sm">
            <Button
              type="submit"
              variant="filled"
              loading={progress !== null}
              disabled={file === null || fault !== null}
            >
              {words.compare}
            </Button>
            <span className="muted" role="status">
              {progress ?? ""}
            </span>
          </Group>
        </Stack>
      </Card>
    </form>
  );
}
