/**
 * A bound on open connections that does not shut others out: at the bound, the oldest one that has no whole request under
 * way makes room. So a thousand half-sent requests (slow loris) cost their sender the connection and others nothing.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const SOCKETS = { most: 512, hardest: 1024 } as const;

/** Holds the server's connections to the bound. */
export function boundSockets(server: Server): void {
  // By both ends' address: behind TLS, requests come on another object than the connection did.
  const waiting = new Map<string, Socket>();
  const open = new Set<string>();
  server.maxConnections = SOCKETS.hardest;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    open.add(name);
    waiting.set(name, socket);
    socket.once('close', () => {
      open.delete(name);
      waiting.delete(name);
    });
    if (open.size > SOCKETS.most) dropOldest(waiting);
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const name = nameOf(request.socket);
    const socket = waiting.get(name);
    const begun = (): boolean => waiting.delete(name);
    if (hasBody(request)) request.once('end', begun);
    else begun();
    response.once('close', () => {
      if (socket !== undefined && open.has(name)) waiting.set(name, socket);
    });
  });
}

/** A body that has not arrived is waited for like a head that has not. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function dropOldest(waiting: Map<string, Socket>): void {
  const oldest = waiting.entries().next().value;
  if (oldest === undefined) return;
  const [name, socket] = oldest;
  waiting.delete(name);
  socket.destroy();
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''} ${socket.localPort ?? ''}`;
}
