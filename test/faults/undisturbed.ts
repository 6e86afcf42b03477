import { expect } from 'vitest';
import { stateOf, type State } from './database-state.ts';
import { beginsApplied, type Operation, type Operator, type WireAnswer } from './wire-operations.ts';
import { startWireProxy, type WireMessage } from './wire-proxy.ts';
import { through, type WireServer } from './wire-server.ts';

/** An operation that nothing disturbed. */
export interface Undisturbed {
  readonly messages: readonly WireMessage[];
  readonly answer: WireAnswer;
  readonly before: State;
  readonly after: State;
  /** The database in which it begins, which each trial copies. */
  readonly template: string;
}

/** Performs an operation without a fault. `outside` is an option of `perform`. */
export async function undisturbed(
  operation: Operation,
  server: WireServer,
  operator: Operator,
  outside = true,
): Promise<Undisturbed> {
  const { name: template, url: templateUrl } = await server.create();
  if (beginsApplied(operation)) {
    expect(await operator.perform('up', templateUrl, { outside })).toMatchObject({ error: null });
  }
  const { name, url } = await server.create(template);
  const before = await stateOf(url);
  const proxy = await startWireProxy(server.port, () => null, 0);
  const answer = await operator.perform(operation, through(url, proxy.port), { outside });
  proxy.close();
  const after = await stateOf(url);
  await server.drop(name);
  return { messages: proxy.messages, answer, before, after, template };
}
