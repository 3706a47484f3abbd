import { requestJson } from "#components/request/request-json.ts";
import { IMPORT_PART_BYTES, type ImportDetail, type ImportKind } from "#lib/people-imports/model.ts";

const NAME_MAX = 120;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Sends a file in parts and has it compared. `onPart` hears how many are there, 0 of them at first. */
export async function sendFile(
  kind: ImportKind,
  file: File,
  onPart: (done: number, all: number) => void,
): Promise<ImportDetail> {
  const fileName =
    file.name
      .replace(/[\p{Cc}\p{Cf}]/gu, "")
      .slice(-NAME_MAX)
      .trim() || "file.csv";
  const { id } = await requestJson<ImportDetail>("/api/v1/people-imports", {
    method: "POST",
    body: { kind, fileName },
  });
  const parts = Math.ceil(file.size / IMPORT_PART_BYTES);
  for (let part = 0; part < parts; part += 1) {
    onPart(part, parts);
    const piece = file.slice(part * IMPORT_PART_BYTES, (part + 1) * IMPORT_PART_BYTES);
    const content = base64(new Uint8Array(await piece.arrayBuffer()));
    await requestJson(`/api/v1/people-imports/${id}/parts`, {
      method: "PUT",
      body: { number: part + 1, content },
    });
  }
  onPart(parts, parts);
  return requestJson<ImportDetail>(`/api/v1/people-imports/${id}/compare`, {
    method: "POST",
    body: { parts },
  });
}
