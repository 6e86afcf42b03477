import type { AlterTableType, ConstrType, Node, ObjectType } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSql } from '../../core/kernel/src/sql/parse-sql.ts';
import { nodesIn } from '../../core/kernel/src/sql/syntax-tree.ts';
import { readHistories } from './histories.ts';

const constraint =
  (type: ConstrType) =>
  (node: Node): boolean =>
    'Constraint' in node && node.Constraint.contype === type;

const command =
  (...types: AlterTableType[]) =>
  (node: Node): boolean =>
    'AlterTableCmd' in node && node.AlterTableCmd.subtype !== undefined && types.includes(node.AlterTableCmd.subtype);

const defined =
  (type: ObjectType) =>
  (node: Node): boolean =>
    'DefineStmt' in node && node.DefineStmt.kind === type;

/** How to recognize each class of objects and properties that PostgreSQL's catalog knows. */
const classes: Readonly<Record<string, (node: Node) => boolean>> = {
  tables: (node) => 'CreateStmt' in node,
  columns: command('AT_AddColumn'),
  'primary keys': constraint('CONSTR_PRIMARY'),
  'unique constraints': constraint('CONSTR_UNIQUE'),
  'foreign keys': constraint('CONSTR_FOREIGN'),
  'check constraints': constraint('CONSTR_CHECK'),
  'exclusion constraints': constraint('CONSTR_EXCLUSION'),
  'not-null constraints': command('AT_SetNotNull'),
  'generated columns': constraint('CONSTR_GENERATED'),
  indexes: (node) => 'IndexStmt' in node,
  sequences: (node) => 'CreateSeqStmt' in node,
  identities: constraint('CONSTR_IDENTITY'),
  views: (node) => 'ViewStmt' in node,
  'materialized views': (node) => 'CreateTableAsStmt' in node && node.CreateTableAsStmt.objtype === 'OBJECT_MATVIEW',
  triggers: (node) => 'CreateTrigStmt' in node,
  rules: (node) => 'RuleStmt' in node,
  functions: (node) => 'CreateFunctionStmt' in node && node.CreateFunctionStmt.is_procedure !== true,
  procedures: (node) => 'CreateFunctionStmt' in node && node.CreateFunctionStmt.is_procedure === true,
  aggregates: defined('OBJECT_AGGREGATE'),
  policies: (node) => 'CreatePolicyStmt' in node,
  enums: (node) => 'CreateEnumStmt' in node,
  'composite types': (node) => 'CompositeTypeStmt' in node,
  'range types': (node) => 'CreateRangeStmt' in node,
  domains: (node) => 'CreateDomainStmt' in node,
  collations: defined('OBJECT_COLLATION'),
  statistics: (node) => 'CreateStatsStmt' in node,
  partitions: (node) => 'CreateStmt' in node && node.CreateStmt.partbound !== undefined,
  'partitions of partitions': (node) =>
    'CreateStmt' in node && node.CreateStmt.partbound !== undefined && node.CreateStmt.partspec !== undefined,
  privileges: (node) => 'GrantStmt' in node,
  'default privileges': (node) => 'AlterDefaultPrivilegesStmt' in node,
  comments: (node) => 'CommentStmt' in node,
  'storage options': command('AT_SetRelOptions', 'AT_SetStorage', 'AT_SetCompression'),
  persistence: (node) =>
    command('AT_SetLogged', 'AT_SetUnLogged')(node) ||
    ('CreateStmt' in node && node.CreateStmt.relation?.relpersistence === 'u'),
  extensions: (node) => 'CreateExtensionStmt' in node,
  publications: (node) => 'CreatePublicationStmt' in node,
};

describe('the histories together', () => {
  let statements: readonly Node[] = [];
  beforeAll(async () => {
    const ups = readHistories().flatMap(({ revisions }) => revisions.map(({ up }) => up));
    const parsed = await Promise.all(ups.map((up) => parseSql(up)));
    statements = parsed.flat().map(({ node }) => node);
  });

  it('have at least 2,000 statements that upgrade', () => {
    expect(statements.length).toBeGreaterThanOrEqual(2000);
  });

  it.each(Object.entries(classes))('have at least three %s', (_, isOfClass) => {
    const found = statements.filter((statement) => nodesIn(statement).some(isOfClass));
    expect(found.length).toBeGreaterThanOrEqual(3);
  });
});
