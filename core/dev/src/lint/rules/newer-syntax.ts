import { nodesIn, scanSql, stringsIn, type SqlStatement } from '@headwater/kernel/internal';
import { newerSyntax } from './newer-syntax.ts';

/** Newer functions, by the major version that brought them. */
const functions: Readonly<Record<number, string>> = {
  16:
    'any_value array_sample array_shuffle date_add date_subtract erf erfc random_normal pg_input_is_valid ' +
    'pg_input_error_info json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict ' +
    'json_object_agg_unique jsonb_object_agg_unique json_object_agg_unique_strict jsonb_object_agg_unique_strict',
  17: 'to_bin to_oct uuid_extract_timestamp uuid_extract_version unicode_assigned unicode_version icu_unicode_version xmltext jsonb_populate_record_valid pg_basetype to_regtypemod',
  18: 'uuidv4 uuidv7 casefold crc32 crc32c gamma lgamma array_reverse array_sort pg_get_acl',
};

const sinceOfFunction: ReadonlyMap<string, number> = new Map(
  Object.entries(functions).flatMap(([since, names]) => names.split(' ').map((name) => [name, Number(since)] as const)),
);

/** Newer syntax in a statement. */
export interface FoundSyntax {
  readonly statement: SqlStatement;
  readonly name: string;
  readonly since: number;
  readonly instead: string | null;
}

/** What of `statements` a server of major version `oldest` does not take, as far as {@link newerSyntax} tells. */
export async function newerSyntaxIn(
  statements: readonly SqlStatement[],
  oldest: number,
): Promise<readonly FoundSyntax[]> {
  const found: FoundSyntax[] = [];
  for (const statement of statements) {
    const nodes = nodesIn(statement.node);
    const rows = newerSyntax.filter(({ since, found: is }) => since > oldest && nodes.some(is));
    found.push(...rows.map(({ name, since, instead }) => ({ statement, name, since, instead })));
    const called = nodes.flatMap((node) =>
      'FuncCall' in node ? [stringsIn(node.FuncCall.funcname).at(-1) ?? ''] : [],
    );
    for (const name of new Set(called)) {
      const since = sinceOfFunction.get(name) ?? 0;
      if (since > oldest) found.push({ statement, name: `${name}()`, since, instead: null });
    }
    if (oldest < 16 && (await hasNewNumber(statement.text))) {
      found.push({ statement, name: 'numbers like 0xff and 1_000', since: 16, instead: '255, 1000' });
    }
  }
  return found;
}

async function hasNewNumber(text: string): Promise<boolean> {
  const tokens = await scanSql(text);
  return tokens.some(({ kind, text: word }) => (kind === 'ICONST' || kind === 'FCONST') && /^0[xob]|_/i.test(word));
}
