// Node 26 as npm packages it leaves `process.release.lts` out, and the protocol engine takes that for a runtime it does not support.
// Import this before the engine.
if (process.release.lts === undefined && Number(process.versions.node.split(".")[0]) === 26)
  Object.assign(process.release, { lts: "Node 26" });
