import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const OLDEST = 21;
const SYSTEM_JAVAS = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines"];

type Java = { home: string; major: number };

function readJava(home: string): Java | null {
  try {
    const major = Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(path.join(home, "release"), "utf8"))?.[1]);
    return Number.isNaN(major) ? null : { home, major };
  } catch {
    return null;
  }
}

function javaOfPath(): string | null {
  try {
    const said = execFileSync("java", ["-XshowSettings:properties", "-version"], {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    return /java\.home = (.+)/.exec(said)?.[1]?.trim() ?? null;
  } catch {
    return null;
  }
}

/**
 * The home of a Java that Keycloak runs on: `JAVA_HOME`, else the newest that the system has.
 *
 * @throws where there is none.
 */
export function getJavaHome(): string {
  const { JAVA_HOME } = process.env;
  const asked = JAVA_HOME === undefined ? null : readJava(JAVA_HOME);
  if (asked !== null && asked.major >= OLDEST) return asked.home;
  const homes = SYSTEM_JAVAS.filter(existsSync).flatMap((folder) =>
    readdirSync(folder).flatMap((name) => [
      path.join(folder, name),
      path.join(folder, name, "Contents/Home"),
    ]),
  );
  const newest = [javaOfPath(), ...homes]
    .flatMap((home) => (home === null ? [] : (readJava(home) ?? [])))
    .filter((java) => java.major >= OLDEST)
    .sort((one, other) => other.major - one.major)[0];
  if (newest === undefined) throw new Error(`Java ${OLDEST} or newer is not installed`);
  return newest.home;
}
