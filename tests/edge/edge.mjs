// The edge as it is shipped: Caddy with deploy/Caddyfile, in front of servers that say who they are. No container: what the file names of the containers' world is put in its place.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const dist = fileURLToPath(new URL('../../clients/rider-map/dist', import.meta.url));
const caddy = process.env.CADDY ?? 'caddy';
const names = ['records', 'tracking-1', 'tracking-2', 'demo'];

/** Why the edge can't be started here, or false. */
export const missing = spawnSync(caddy, ['version']).status === 0 ? false : 'caddy is not installed (apt-get install caddy)';

/** Starts it with these variables in its environment, and with these files in /map. */
export async function startEdge({ env = {}, files = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ridetracker-edge-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const servers = await Promise.all(names.map(standIn));
  const port = await freePort();
  let config = await readFile(join(deploy, 'Caddyfile'), 'utf8');
  const replace = (from, to) => {
    if (!config.includes(from)) throw new Error(`deploy/Caddyfile has no '${from}' any more: say here what stands for it.`);
    config = config.replaceAll(from, to);
  };
  replace('\n:8080 {', `\nhttp://127.0.0.1:${port} {`);
  names.forEach((name, i) => replace(`${name}:8080`, `127.0.0.1:${servers[i].address().port}`));
  replace('root * /srv', `root * ${dist}`);
  replace('root * /map', `root * ${folder}`);
  replace('root * /etc/caddy', `root * ${deploy}`);
  const file = join(folder, 'Caddyfile');
  await writeFile(file, config);
  const edge = spawn(caddy, ['run', '--config', file, '--adapter', 'caddyfile'], {
    env: { PATH: process.env.PATH, HOME: folder, ...env }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  edge.stderr.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => edge.once('exit', resolve));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    edge.kill('SIGTERM');
    await ended;
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  };
  for (const until = Date.now() + 15_000; ; ) {
    const up = await fetch(`${url}/v1/capabilities`).then((answer) => answer.status === 200, () => false);
    if (up) return { url, stop };
    if (edge.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`The edge does not start: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Answers everything with its name.
async function standIn(name) {
  const server = createServer((request, response) => {
    response.setHeader('Server', name);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.end(name);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort() {
  const server = await standIn('');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
