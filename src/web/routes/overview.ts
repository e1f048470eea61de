/** `GET /api/overview` and `GET /api/map`. */
import { mapPage, mapQuery, overview } from '../contract/overview.ts';
import { mapView, overviewView } from '../views/overview.ts';
import { noQuery, type Api, type ApiParts } from './api.ts';

export function registerOverview(api: Api, { pages, estate, beside }: ApiParts): void {
  api.get(
    '/api/overview',
    {
      config: { right: 'read' },
      schema: {
        tags: ['overview'],
        summary: 'The state of everything',
        querystring: noQuery,
        response: { 200: overview },
      },
    },
    async () => {
      const [all, read] = await Promise.all([estate.get(), beside.get()]);
      return overviewView(all, { ...read, system: pages.system });
    },
  );
  api.get(
    '/api/map',
    {
      config: { right: 'read' },
      schema: {
        tags: ['overview'],
        summary: 'Accounts by hours or days, one letter a square',
        querystring: mapQuery,
        response: { 200: mapPage },
      },
    },
    async ({ query }) => mapView(await estate.get(), query),
  );
}
