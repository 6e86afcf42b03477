import { expect, test } from 'vitest';
import { downgradePlan } from '../../src/plan/downgrade-plan.ts';
import { explainPlan } from '../../src/plan/explain-plan.ts';
import { upgradePlan } from '../../src/plan/upgrade-plan.ts';
import { draw } from '../graph/drawing.ts';

const graph = draw(`
  core:   0001_create <- 0002_add
  likes:  0001_create <- 0002_count          0001_create needs core@0001_create
`);

test('a plan is printed as a headline and its steps in order, with the plugin’s name whenever it changes', () => {
  expect(explainPlan(upgradePlan(graph, [], 'heads'))).toBe(
    [
      'Upgrade, 4 revisions:',
      '  core   core@0001_create',
      '  likes  likes@0001_create',
      '         likes@0002_count',
      '  core   core@0002_add',
    ].join('\n'),
  );
  expect(explainPlan(downgradePlan(graph, ['core@0001_create', 'core@0002_add'], 'core@-1'))).toBe(
    ['Downgrade, 1 revision:', '  core  core@0002_add'].join('\n'),
  );
});

test('an empty plan prints that there is nothing to do', () => {
  expect(explainPlan(upgradePlan(graph, [], []))).toBe('Nothing to do.');
});
