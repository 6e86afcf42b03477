import { nearestName } from '@headwater/kernel/internal/errors';
import { allowCommentsIn } from '../allow-comments.ts';
import type { RuleFinding } from '../finding.ts';
import { isLintRule, ruleLevels } from '../rule-levels.ts';

/** Reports allow comments that name a rule which does not exist. */
export function unknownRule(sql: string): readonly RuleFinding[] {
  return allowCommentsIn(sql).flatMap(({ rules, line }) =>
    rules
      .filter((name) => !isLintRule(name))
      .map((name): RuleFinding => {
        const close = nearestName(name, Object.keys(ruleLevels));
        const message = `There is no rule "${name}"${close === null ? '.' : `; did you mean "${close}"?`}`;
        const at = { sql, statement: `-- headwater-lint: allow ${name}`, line };
        return { rule: 'unknown-rule', object: null, message, safer: null, at };
      }),
  );
}
