import { Agent, get } from 'node:http';
import { performance } from 'node:perf_hooks';

/** One answer of the server, drained; its status. */
function ask(agent: Agent, url: string, token: string): Promise<number> {
  return new Promise((done, fail) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().once('end', () => done(response.statusCode ?? 0));
    }).once('error', fail);
  });
}

// A process of its own, so that what asks does not take the time of what answers:
// URL CONNECTIONS SECONDS TOKENS; prints requests a second.
async function main([url = '', connections = '32', seconds = '5', tokens = '1']: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
  const until = performance.now() + Number(seconds) * 1000;
  let answered = 0;
  let refused = 0;
  const one = async () => {
    while (performance.now() < until) {
      const id = 1 + Math.floor(Math.random() * Number(tokens));
      const status = await ask(agent, url, `us_${String(id).padStart(43, '0')}`);
      if (status === 200) answered += 1;
      else refused += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(connections) }, one));
  agent.destroy();
  process.stdout.write(JSON.stringify({ perSecond: answered / Number(seconds), refused }));
}

void main(process.argv.slice(2));
