/** The API's description: `/api/openapi.json`, and pages to read it at `/api/docs` that load nothing from elsewhere. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { problemAnswer } from './contract/shape.ts';

const ABOUT = `What these pages show, for programs. Times are ISO 8601 in UTC. Lists are paged by \`cursor\`; an unknown or
repeated parameter is refused. Answers to GET carry a weak ETag. Refusals are \`application/problem+json\`, always with the
next step in \`hint\`. Changes are taken with a session from these pages, or with a token in \`Authorization: Bearer\`.`;

type Collected = Parameters<ReturnType<typeof createJsonSchemaTransformObject>>[0];

/** To be registered before any route: it collects them as they come. */
export async function collectRoutes(app: FastifyInstance, version: string): Promise<void> {
  const clean = createJsonSchemaTransformObject({});
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'orgtrail', description: ABOUT, version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: (collected: Collected) => withProblems(clean(collected)),
    hideUntagged: true,
  });
}

/** Every operation may be refused, and always in the same shape. */
function withProblems(document: ReturnType<ReturnType<typeof createJsonSchemaTransformObject>>) {
  const schema = z.toJSONSchema(problemAnswer, { io: 'output' });
  const refused = { description: 'Refused, or failed', content: { 'application/problem+json': { schema } } };
  const paths: Readonly<Record<string, unknown>> = 'paths' in document ? { ...document.paths } : {};
  for (const answers of Object.values(paths).flatMap(answersOf)) Object.assign(answers, { default: refused });
  return document;
}

/** The answers of each operation of one path. */
function answersOf(path: unknown): readonly object[] {
  if (typeof path !== 'object' || path === null) return [];
  return Object.values(path).flatMap((one: unknown) => {
    const answers = typeof one === 'object' && one !== null && 'responses' in one ? one.responses : null;
    return typeof answers === 'object' && answers !== null ? [answers] : [];
  });
}

/** `/api/docs` and `/api/openapi.json`. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  app.get('/api/openapi.json', { config: { right: 'read' }, schema: { hide: true } }, async () => app.swagger());
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'orgtrail API' },
    uiConfig: { docExpansion: 'list', deepLinking: true },
  });
}
