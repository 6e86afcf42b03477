import type { CatalogDefinition } from '@headwater/kernel/internal/catalog';
import { quoteName } from '@headwater/kernel/internal/sql';

/** The parts of a domain's definition, each as SQL. */
interface DomainParts {
  /** `create domain` with the type and its collation. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** The checks, by their quoted names. */
  readonly checks: ReadonlyMap<string, string>;
}

/** Whether a domain can become another without being dropped. Only its type and its collation cannot change. */
export function isSameDomainType(before: CatalogDefinition, after: CatalogDefinition): boolean {
  return partsOf(before).type === partsOf(after).type;
}

/** Returns the statements that turn a domain into another of the same type, while columns use it. */
export function alterDomainSql(before: CatalogDefinition, after: CatalogDefinition): readonly string[] {
  const [old, now] = [partsOf(before), partsOf(after)];
  const alter = (action: string): string => `alter domain ${quoteName(after.name)} ${action};`;
  const isKept = (name: string): boolean => old.checks.get(name) === now.checks.get(name);
  return [
    ...[...old.checks.keys()].filter((name) => !isKept(name)).map((name) => alter(`drop constraint ${name}`)),
    ...(old.default === now.default
      ? []
      : [alter(now.default === null ? 'drop default' : `set default ${now.default}`)]),
    ...(old.notNull === now.notNull ? [] : [alter(`${now.notNull ? 'set' : 'drop'} not null`)]),
    ...[...now.checks]
      .filter(([name]) => !isKept(name))
      .map(([name, check]) => alter(`add constraint ${name} ${check}`)),
  ];
}

/** Returns the statements that create a domain. `create domain` accepts no check that was never validated. */
export function createDomainSql({ name, definition }: CatalogDefinition): string {
  const clauses = clausesOf(definition);
  const later = clauses.filter((clause) => clause.startsWith('constraint ') && clause.endsWith(' NOT VALID'));
  const create = clauses.filter((clause) => !later.includes(clause)).join(' ');
  return [create, ...later.map((check) => `alter domain ${quoteName(name)} add ${check}`)]
    .map((one) => `${one};`)
    .join('\n');
}

/** The definition as the catalog writes it: the type, `not null`, `default` and `constraint` in this order. */
function partsOf({ definition }: CatalogDefinition): DomainParts {
  const [type = '', ...clauses] = clausesOf(definition);
  const valuesOf = (keyword: string): readonly string[] =>
    clauses.flatMap((clause) => (clause.startsWith(`${keyword} `) ? [clause.slice(keyword.length + 1)] : []));
  return {
    type,
    notNull: clauses.includes('not null'),
    default: valuesOf('default')[0] ?? null,
    checks: new Map(
      valuesOf('constraint').map((check) => {
        const [name = ''] = /^(?:"(?:[^"]|"")*"|[^\s"]+)/.exec(check) ?? [];
        return [name, check.slice(name.length + 1)];
      }),
    ),
  };
}

/** Splits a definition before its clauses. Constants, quoted names and what stands in parentheses are skipped. */
function clausesOf(definition: string): readonly string[] {
  const clauses: string[] = [];
  let [depth, start] = [0, 0];
  for (const found of definition.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]| (?=not null|default |constraint )/g)) {
    const [token] = found;
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token !== ' ' || depth > 0) continue;
    clauses.push(definition.slice(start, found.index));
    start = found.index + 1;
  }
  return [...clauses, definition.slice(start)];
}
