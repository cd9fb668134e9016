// Drives one docker-compose.yml stack of its own: another project name and port than anybody's running one.
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

export const project = `ridetracker-test-${process.pid}`;
export const port = await freePort();
export const edge = `http://127.0.0.1:${port}`;

const environment = { ...process.env, RIDETRACKER_PORT: String(port), RIDETRACKER_CARS: '40' };

/** Runs `docker compose ARGS` and gives what it printed. Rejects with its errors in the message. */
export async function compose(args, { env = {}, timeout = 900_000 } = {}) {
  const { stdout, stderr } = await docker(['compose', '--project-name', project, ...args], { env, timeout });
  return stdout + stderr;
}

export async function docker(args, { env = {}, timeout = 60_000 } = {}) {
  return run('docker', args, { cwd: repository, env: { ...environment, ...env }, timeout, maxBuffer: 64 * 1024 * 1024 });
}

/** Base URL of a node as this machine reaches it, past the edge. */
export async function nodeUrl(service) {
  const id = (await docker(['compose', '--project-name', project, 'ps', '--quiet', service])).stdout.trim();
  const { stdout } = await docker(['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id]);
  return `http://${stdout.trim()}:8080`;
}

/** What is there of this project: container, volume and network names. */
export async function leftovers() {
  const label = `label=com.docker.compose.project=${project}`;
  const lists = await Promise.all([
    docker(['ps', '--all', '--quiet', '--filter', label]),
    docker(['volume', 'ls', '--quiet', '--filter', label]),
    docker(['network', 'ls', '--quiet', '--filter', label]),
  ]);
  return lists.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
