import type { Plan } from './plan.ts';

/**
 * Formats a plan as text: a headline, then one line per step in running order. The plugin's name is printed where it
 * changes. No colors and no trailing line break.
 */
export function explainPlan(plan: Plan): string {
  const [first] = plan.steps;
  if (first === undefined) return 'Nothing to do.';
  const width = Math.max(...plan.steps.map((step) => step.plugin.length));
  const lines = plan.steps.map((step, i) => {
    const plugin = plan.steps[i - 1]?.plugin === step.plugin ? '' : step.plugin;
    return `  ${plugin.padEnd(width)}  ${step.id}`;
  });
  const count = plan.steps.length === 1 ? '1 revision' : `${plan.steps.length} revisions`;
  return [`${first.direction === 'up' ? 'Upgrade' : 'Downgrade'}, ${count}:`, ...lines].join('\n');
}
