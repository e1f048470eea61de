/** A port for the dashboard that people can remember. */
import { createServer } from 'node:net';

const TRIES = 20;

/** The first free loopback port from `first` on; 0, any free one, when the next twenty are taken. */
export async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port < first + TRIES; port += 1) if (await isFree(port)) return port;
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}
