import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closureOf, subsetOf } from '../../src/authoring/plugin-subset.ts';
import { proveOrder } from '../../src/authoring/prove-order.ts';
import { schemaAfter } from '../../src/authoring/schema-proof.ts';
import type { Revision } from '../../../kernel/src/plugin/revision.ts';
import {
  openAuthoring,
  pluginSetOf,
  revisionOf,
  type Authoring,
  type InMemoryPlugin,
} from '../../../../test/helper/authoring.ts';
import { edited, histories, nothing, pluginsOf, requirements } from './random-entities.ts';

/** The number of random applications. Each takes seconds, since every edge needs a proof of its own. */
const trials = 3;

describe('every edge of a created revision', () => {
  let authoring: Authoring;
  beforeAll(async () => {
    authoring = await openAuthoring();
  });
  afterAll(() => authoring[Symbol.asyncDispose]());

  /** Returns the edges without which the proof of the last revision still succeeds. */
  async function unneededEdges(
    plugins: readonly InMemoryPlugin[],
    earlier: readonly Revision[],
    revision: Revision,
  ): Promise<readonly string[]> {
    const { shadow } = authoring;
    const set = pluginSetOf(plugins, earlier);
    const required = subsetOf(set, closureOf(set, revision.plugin));
    const unneeded: string[] = [];
    for (const edge of revision.dependsOn) {
      const without = { ...revision, dependsOn: revision.dependsOn.filter((id) => id !== edge) };
      const after = await schemaAfter(shadow, [...required.revisions, revision]);
      const isProven = await proveOrder(shadow, without, set, required, after).then(
        () => true,
        () => false,
      );
      if (isProven) unneeded.push(`${revision.id} → ${edge}\n${revision.up?.kind === 'sql' ? revision.up.text : ''}`);
    }
    return unneeded;
  }

  it(`is needed for its proof, in ${trials} random applications`, { timeout: 60_000 + trials * 60_000 }, async () => {
    let edges = 0;
    const unneeded: string[] = [];
    for (const rounds of fc.sample(histories, { seed: 1, numRuns: trials })) {
      const revisions: Revision[] = [];
      let state = nothing;
      for (const round of rounds) {
        const base = state;
        for (const edit of round) state = edited(state, base, edit);
        const plugins = pluginsOf(state);
        for (const name of Object.keys(requirements)) {
          const { revision } = await authoring.draft(plugins, revisions, name);
          if (revision === null) continue;
          const written = revisionOf(revision);
          edges += written.dependsOn.length;
          unneeded.push(...(await unneededEdges(plugins, revisions, written)));
          revisions.push(written);
        }
      }
    }
    expect(edges).toBeGreaterThan(trials);
    expect(unneeded).toEqual([]);
  });
});
