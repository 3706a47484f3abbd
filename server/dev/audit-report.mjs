/**
 * An advisory that is known and accepted for a while: what it is, why it does not touch us, and until when that is believed.
 * @typedef {{ id: string, reason: string, until: string }} Acceptance
 */

/** @typedef {{ id: string, packageName: string, severity: string, title: string, url: string }} Advisory */

const GRAVE = new Set(["high", "critical"]);

/**
 * The advisories of `npm audit --json`, or null for what is no report: a registry that refuses answers in JSON as well.
 *
 * @param {string} output
 * @returns {Advisory[] | null}
 */
export function readAdvisories(output) {
  let report;
  try {
    report = JSON.parse(output);
  } catch {
    return null;
  }
  if (report?.auditReportVersion !== 2 || typeof report.vulnerabilities !== "object") return null;
  const found = new Map();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const cause of via) {
      // a name stands for a package that depends on a vulnerable one
      if (typeof cause === "string") continue;
      const id = /GHSA-[\w-]+/.exec(cause.url ?? "")?.[0] ?? String(cause.source);
      found.set(`${id} ${cause.name}`, {
        id,
        packageName: cause.name,
        severity: cause.severity,
        title: cause.title,
        url: cause.url,
      });
    }
  return [...found.values()];
}

/**
 * What the gate says: each high or critical advisory that nobody accepted fails it, and so does an acceptance whose time is up; the rest is told.
 *
 * @param {Advisory[]} advisories
 * @param {readonly Acceptance[]} accepted
 * @param {Date} now
 * @returns {{ failures: string[], notes: string[] }}
 */
export function judgeAdvisories(advisories, accepted, now) {
  const failures = [];
  const notes = [];
  const today = now.toISOString().slice(0, 10);
  for (const { id, packageName, severity, title, url } of advisories) {
    const line = `${severity}: ${packageName}: ${title} (${url})`;
    const acceptance = accepted.find((one) => one.id === id);
    if (acceptance && acceptance.until >= today)
      notes.push(`accepted until ${acceptance.until}, ${acceptance.reason}: ${line}`);
    else if (acceptance) failures.push(`the acceptance ended on ${acceptance.until}: ${line}`);
    // a severity that is not known is not known to be slight
    else if (GRAVE.has(severity) || !["info", "low", "moderate"].includes(severity)) failures.push(line);
    else notes.push(line);
  }
  for (const { id } of accepted)
    if (!advisories.some((one) => one.id === id)) notes.push(`the acceptance of ${id} is no longer needed`);
  return { failures, notes };
}
