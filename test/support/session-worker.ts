import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../../src/config';
import { platformApi } from '../../src/features/platform-api/platform-api.routes';
import { systemClock } from '../../src/lib/clock';
import { createHttpServer } from '../../src/platform/http/server';
import { createLogger } from '../../src/platform/logging';
import { createMetrics } from '../../src/platform/metrics';
import { openSite } from '../../src/site';

/**
 * A replica of its own, for tests that kill one: serves the platform's API, on the machine's clock and with the usual
 * delay of touches. Its settings come as JSON in its argument; it says its address.
 */
const config = loadConfig(JSON.parse(process.argv[2] ?? '{}') as Record<string, string>);

async function serve(): Promise<void> {
  const { ctx } = openSite(config, {
    log: createLogger('warn', process.stderr),
    clock: systemClock,
    actor: { kind: 'system', name: 'usher' },
    announce: async () => undefined,
    postChat: async () => true,
  });
  const { requestListener } = await createHttpServer(ctx, {
    routes: [platformApi(ctx)],
    answered: createMetrics().requestAnswered,
  });
  const server = createServer(requestListener);
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}

void serve();
