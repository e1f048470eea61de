/**
 * A bound on open connections that does not shut others out: at the bound, the oldest one that has no whole request under
 * way makes room, else the oldest one that does not take its answer. So a thousand half-sent requests (slow loris) or
 * unread answers (slow read) cost their sender the connection and others nothing.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface SocketBounds {
  /** More than these make room. */
  readonly most: number;
  /** More than these are not taken. */
  readonly hardest: number;
}

const USUAL: SocketBounds = { most: 512, hardest: 1024 };

/** Holds the server's connections to the bound. */
export function boundSockets(server: Server, bounds: SocketBounds = USUAL): void {
  // By both ends' address: behind TLS, requests come on another object than the connection did.
  const waiting = new Map<string, Socket>();
  const answered = new Map<string, Socket>();
  const open = new Set<string>();
  server.maxConnections = bounds.hardest;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    open.add(name);
    // Before it waits itself: where all others are busy, it would make room for nobody.
    if (open.size > bounds.most) dropOldest(waiting, answered);
    waiting.set(name, socket);
    socket.once('close', () => {
      open.delete(name);
      waiting.delete(name);
      answered.delete(name);
    });
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const name = nameOf(request.socket);
    const socket = waiting.get(name);
    const begun = (): void => {
      waiting.delete(name);
      // This one knows what is not taken yet: behind TLS, the connection's own does not.
      if (open.has(name)) answered.set(name, request.socket);
    };
    if (hasBody(request)) request.once('end', begun);
    else begun();
    response.once('close', () => {
      answered.delete(name);
      if (socket !== undefined && open.has(name)) waiting.set(name, socket);
    });
  });
}

/** A body that has not arrived is waited for like a head that has not. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function dropOldest(waiting: Map<string, Socket>, answered: ReadonlyMap<string, Socket>): void {
  const [name, oldest] = waiting.entries().next().value ?? [];
  if (name !== undefined) waiting.delete(name);
  (oldest ?? [...answered.values()].find((socket) => socket.writableLength > 0))?.destroy();
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''} ${socket.localPort ?? ''}`;
}
