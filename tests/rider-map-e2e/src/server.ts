/** The server under test: the one at RIDETRACKER_URL, or a demo of our own on a free port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const repository = new URL('../../../../', import.meta.url);
const demoDll = fileURLToPath(new URL('services/RideTracker.Demo/bin/Release/net10.0/RideTracker.Demo.dll', repository));
const mapFolder = fileURLToPath(new URL('clients/rider-map/dist', repository));

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** Why no server can be had here, or undefined if one can. */
export function missingServer(): string | undefined {
  if (process.env['RIDETRACKER_URL']) return undefined;
  if (!existsSync(demoDll)) return 'the demo is not built (dotnet build -c Release services/RideTracker.Demo)';
  if (!existsSync(`${mapFolder}/index.html`)) return 'the web map is not built (npm run build in clients/rider-map)';
  return undefined;
}

/** `settings` are environment variables for a demo of our own. */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const given = process.env['RIDETRACKER_URL'];
  return given ? { url: given.replace(/\/$/, ''), stop: async () => {} } : startDemo(settings);
}

/** A demo of our own with these settings, such as `Access__Authority`. */
export async function startDemo(settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const demo = spawn('dotnet', [demoDll, '--port', '0', '--cars', '60', '--map', mapFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...settings },
  });
  const url = await readyUrl(demo);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        demo.once('exit', () => resolve());
        demo.kill('SIGINT');
      }),
  };
}

async function readyUrl(demo: ChildProcess): Promise<string> {
  if (!demo.stdout) throw new Error('The demo has no output.');
  for await (const line of createInterface(demo.stdout)) {
    const url = /ready: (http\S+)/.exec(line)?.[1];
    if (url) {
      // Read on, or the demo stops when the pipe is full.
      demo.stdout.resume();
      return url.replace(/\/$/, '');
    }
  }
  throw new Error('The demo ended before it was ready.');
}
