/** The browser takes a file by itself, so that it goes on while pages come and go. */
export function downloadFile(path: string): void {
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}
