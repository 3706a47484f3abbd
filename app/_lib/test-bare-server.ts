import { createServer } from "node:http";
import next from "next";

// a process of its own: serves the build of a folder, and does nothing before
const port = Number(process.env.CONSOLE_PORT);
const app = next({ dev: false, dir: process.argv[2] ?? ".", port });
await app.prepare();
const handle = app.getRequestHandler();
createServer((request, response) => void handle(request, response)).listen(port);
