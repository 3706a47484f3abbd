const WARN = 40;
const MAX_LINE = 16_384;

/** Cuts a stream into lines; a line without end is cut as well, so that it fills no memory. */
export function splitLines(onLine: (line: string) => void): {
  push: (chunk: string) => void;
  end: () => void;
} {
  let rest = "";
  return {
    push: (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
      if (rest.length > MAX_LINE) {
        onLine(rest);
        rest = "";
      }
    },
    end: () => {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

function readLevel(line: string): number | null {
  const level = line.startsWith("{") ? /"level":(\d+)/.exec(line)?.[1] : undefined;
  return level === undefined ? null : Number(level);
}

/**
 * Whether a line of a child belongs on the terminal: structured lines from warnings up, and whatever else it
 * complains about; everything when a person asked for a log level.
 */
export function isForTerminal(line: string, stream: "stdout" | "stderr", showsAll: boolean): boolean {
  if (line.trim() === "") return false;
  if (showsAll) return true;
  const level = readLevel(line);
  return level === null ? stream === "stderr" : level >= WARN;
}
