import { describe, expect, it } from 'vitest';
import { lintRevisions } from '../../core/dev/src/lint/lint-revisions.ts';
import { breakingReason } from '../../core/dev/src/lint/rules/missing-breaking.ts';
import { schemaHistory } from '../../core/kernel/src/ownership/schema-history.ts';
import { subsetOf } from '../../core/dev/src/authoring/plugin-subset.ts';
import { pluginsOf, readHistories } from './histories.ts';

// The judgments were written from PostgreSQL's documentation before lint had read the histories.
const histories = readHistories();

describe.each(histories.map((history) => [history.plugin, history] as const))('the history %s', (_, history) => {
  it('is judged by lint as a reader judges it', async () => {
    const set = pluginsOf(history, histories);
    const { graph, revisions } = subsetOf(set);
    const findings = await lintRevisions({
      graph,
      revisions: new Map(revisions.map((revision) => [revision.id, revision])),
      chosen: history.revisions.map(({ revision }) => revision.id),
      oldest: 15,
      plugins: set.byName,
    });
    const found = history.revisions.map(({ revision: { id } }) => {
      const about = findings.filter(({ revision }) => revision === id);
      return [id, ...about.map((one) => `${one.rule} ${one.object}: ${one.statement?.split('\n')[0]}`).toSorted()];
    });
    expect(found).toEqual(history.revisions.map(({ revision: { id }, finds }) => [id, ...finds.toSorted()]));
  });

  it('breaks older code for the reasons that a reader gives', async () => {
    const required = pluginsOf(history, histories).plugins.filter(({ name }) => name !== history.plugin);
    let before = await schemaHistory(required.flatMap(({ revisions }) => revisions));
    const [found, expected]: [object[], object[]] = [[], []];
    for (const { revision, up, reasons, unseen } of history.revisions) {
      const isBreaking = reasons.length + unseen.length > 0;
      const reason = await breakingReason(up, before);
      found.push({ id: revision.id, breaking: revision.breaking, reasons: splitReasons(reason) });
      expected.push({ id: revision.id, breaking: isBreaking, reasons: splitReasons(reasons.join(', ')) });
      before = await before.with(revision);
    }
    expect(found).toEqual(expected);
  });
});

/** A reason may contain a comma. The parts are compared, in any order. */
function splitReasons(reasons: string | null): readonly string[] {
  return (reasons ?? '').split(', ').toSorted();
}
