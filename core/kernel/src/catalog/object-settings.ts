import { privilegesSql } from './privileges-sql.ts';
import {
  applicationRelations,
  argumentsSql,
  fewRows,
  home,
  isApplicationSchema,
  isPartOfColumn,
  isTable,
  isUserObject,
  relationTypeSql,
  columnSequences,
} from './query-fragments.ts';

/** Objects of one system catalog that may have a comment or privileges, as SQL expressions. */
interface ObjectClass {
  readonly catalog: string;
  readonly from: string;
  readonly oid: string;
  readonly kind: string;
  /** Default: null. */
  readonly schema?: string;
  readonly object: string;
  /** Default: null. */
  readonly part?: string;
  /** The object as `comment on` expects it: `function f(integer)`. */
  readonly target: string;
  /** The object as `grant … on` expects it. Default: `target`. */
  readonly granted?: string;
  /** The privileges, those of a new object, and the owner. Default: it has no privileges. */
  readonly acl?: string;
  readonly standard?: string;
  readonly owner?: string;
  /** Every privilege, granted to the owner. Default: `standard`. */
  readonly every?: string;
  /** Whether its comment is a setting. Default: true. */
  readonly commented?: string;
  /** Stands after each privilege: ` (id)`. Default: nothing. */
  readonly columns?: string;
  /** Stands before each `grant`. Default: nothing. */
  readonly prefix?: string;
  /** Stands after the name of each setting. Default: nothing. */
  readonly suffix?: string;
}

const inSchema = (namespace: string): string =>
  `join pg_namespace n on n.oid = ${namespace} and ${isApplicationSchema('n')}`;

const functionType = `case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end`;

/** A subquery that PostgreSQL runs once, instead of one lookup for each object. */
const isCommented = (oid: string, catalog: string): string =>
  `${oid} in (select d.objoid from pg_description d where d.classoid = '${catalog}'::regclass and d.objsubid = 0 and d.objoid > 16383)`;

const functionTarget = (type: string): string => `format('%s %s(%s)', ${type}, p.oid::regproc, ${argumentsSql})`;

/** The objects of `alter default privileges`, and their type for `acldefault`. */
const defaultGranted = `case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
  when 'n' then 'schemas' else 'large objects' end`;
const defaultType = `case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end`;

const classes: readonly ObjectClass[] = [
  {
    catalog: 'pg_class',
    oid: 'c.oid',
    kind: `'relation'`,
    schema: 'n.nspname',
    object: 'c.relname',
    target: `${relationTypeSql} || ' ' || c.oid::regclass`,
    granted: `case when c.relkind = 'S' then 'sequence ' else 'table ' end || c.oid::regclass`,
    from: `${applicationRelations} where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and (c.relacl is not null or c.relkind = 'm' or not ${isTable} and ${isCommented('c.oid', 'pg_class')})
      and (c.relkind <> 'S' or not ${isPartOfColumn})`,
    acl: 'c.relacl',
    standard: `acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)`,
    owner: 'c.relowner',
    commented: `not ${isTable}`,
  },
  {
    catalog: 'pg_proc',
    oid: 'p.oid',
    kind: `case p.prokind when 'a' then 'aggregate' else 'function' end`,
    schema: 'n.nspname',
    object: 'p.proname',
    part: argumentsSql,
    target: functionTarget(functionType),
    granted: functionTarget(`case p.prokind when 'p' then 'procedure' else 'function' end`),
    from: `pg_proc p ${inSchema('p.pronamespace')} where ${isUserObject('pg_proc', 'p.oid', 'by another object')}`,
    acl: 'p.proacl',
    standard: `acldefault('f', p.proowner)`,
    owner: 'p.proowner',
  },
  {
    catalog: 'pg_type',
    oid: 't.oid',
    kind: `case t.typtype when 'd' then 'domain' else 'type' end`,
    schema: 'n.nspname',
    object: 't.typname',
    target: `case t.typtype when 'd' then 'domain ' else 'type ' end || t.oid::regtype`,
    from: `pg_type t ${inSchema('t.typnamespace')} where ${isUserObject('pg_type', 't.oid')} and (t.typtype in ('d', 'e', 'r')
      or t.typtype = 'c' and exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))`,
    acl: 't.typacl',
    standard: `acldefault('T', t.typowner)`,
    owner: 't.typowner',
    commented: `t.typtype <> 'e'`,
  },
  {
    catalog: 'pg_namespace',
    oid: 'n.oid',
    kind: `'schema'`,
    object: 'n.nspname',
    target: `'schema ' || quote_ident(n.nspname)`,
    // The privileges on a schema of another name are not the application's.
    from: `pg_namespace n where ${isApplicationSchema('n')} and (${home} = 'public' or n.nspname <> ${home})`,
    acl: 'n.nspacl',
    // A new database lets everybody use \`public\`.
    standard: `acldefault('n', n.nspowner) || case when n.nspname = 'public' then array[makeaclitem(0, n.nspowner, 'usage', false)] end`,
    owner: 'n.nspowner',
    commented: `n.nspname = 'public' and obj_description(n.oid, 'pg_namespace') <> 'standard public schema'`,
  },
  {
    catalog: 'pg_trigger',
    oid: 'g.oid',
    kind: `'trigger'`,
    schema: 'n.nspname',
    object: 'c.relname',
    part: 'g.tgname',
    target: `format('trigger %I on %s', g.tgname, c.oid::regclass)`,
    from: `pg_trigger g join ${applicationRelations} on c.oid = g.tgrelid where not g.tgisinternal and g.tgparentid = 0`,
  },
  {
    catalog: 'pg_policy',
    oid: 'p.oid',
    kind: `'policy'`,
    schema: 'n.nspname',
    object: 'c.relname',
    part: 'p.polname',
    target: `format('policy %I on %s', p.polname, c.oid::regclass)`,
    from: `pg_policy p join ${applicationRelations} on c.oid = p.polrelid`,
  },
  {
    catalog: 'pg_rewrite',
    oid: 'r.oid',
    kind: `'rule'`,
    schema: 'n.nspname',
    object: 'c.relname',
    part: 'r.rulename',
    target: `format('rule %I on %s', r.rulename, c.oid::regclass)`,
    from: `pg_rewrite r join ${applicationRelations} on c.oid = r.ev_class where r.rulename <> '_RETURN'`,
  },
  {
    catalog: 'pg_statistic_ext',
    oid: 's.oid',
    kind: `'statistics'`,
    schema: 'n.nspname',
    object: 's.stxname',
    target: `format('statistics %I.%I', n.nspname, s.stxname)`,
    from: `pg_statistic_ext s ${inSchema('s.stxnamespace')}`,
  },
  {
    catalog: 'pg_collation',
    oid: 'co.oid',
    kind: `'collation'`,
    schema: 'n.nspname',
    object: 'co.collname',
    target: `'collation ' || co.oid::regcollation`,
    from: `pg_collation co ${inSchema('co.collnamespace')} where ${isUserObject('pg_collation', 'co.oid')}`,
  },
  {
    catalog: 'pg_event_trigger',
    oid: 'v.oid',
    kind: `'event trigger'`,
    object: 'v.evtname',
    target: `'event trigger ' || quote_ident(v.evtname)`,
    from: `pg_event_trigger v where ${isUserObject('pg_event_trigger', 'v.oid')}`,
  },
  {
    catalog: 'pg_publication',
    oid: 'b.oid',
    kind: `'publication'`,
    object: 'b.pubname',
    target: `'publication ' || quote_ident(b.pubname)`,
    from: 'pg_publication b',
  },
  {
    catalog: 'pg_foreign_data_wrapper',
    oid: 'w.oid',
    kind: `'foreign data wrapper'`,
    object: 'w.fdwname',
    target: `'foreign data wrapper ' || quote_ident(w.fdwname)`,
    from: `pg_foreign_data_wrapper w where ${isUserObject('pg_foreign_data_wrapper', 'w.oid')}`,
    acl: 'w.fdwacl',
    standard: `acldefault('F', w.fdwowner)`,
    owner: 'w.fdwowner',
  },
  {
    catalog: 'pg_foreign_server',
    oid: 's.oid',
    kind: `'server'`,
    object: 's.srvname',
    target: `'server ' || quote_ident(s.srvname)`,
    granted: `'foreign server ' || quote_ident(s.srvname)`,
    from: `pg_foreign_server s where ${isUserObject('pg_foreign_server', 's.oid')}`,
    acl: 's.srvacl',
    standard: `acldefault('S', s.srvowner)`,
    owner: 's.srvowner',
  },
  {
    catalog: 'pg_attribute',
    oid: 'c.oid',
    kind: `'column'`,
    schema: 'n.nspname',
    object: 'c.relname',
    part: 'a.attname',
    target: 'null',
    granted: 'c.oid::regclass::text',
    from: `${fewRows('select * from pg_attribute where attrelid > 16383 and attnum > 0 and not attisdropped and attacl is not null')} a
      join ${applicationRelations} on c.oid = a.attrelid`,
    acl: 'a.attacl',
    standard: `acldefault('c', c.relowner)`,
    every: `array[${['select', 'insert', 'update', 'references'].map((one) => `makeaclitem(c.relowner, c.relowner, '${one}', false)`).join(', ')}]`,
    owner: 'c.relowner',
    columns: `format(' (%I)', a.attname)`,
    commented: 'false',
  },
  {
    catalog: 'pg_class',
    oid: 'q.oid',
    kind: `'column'`,
    schema: 'n.nspname',
    object: 'c.relname',
    part: 'a.attname',
    target: `'sequence ' || q.oid::regclass`,
    from: `${fewRows(`select * from pg_class q where q.relkind = 'S' and (q.relacl is not null or ${isCommented('q.oid', 'pg_class')})`)} q
      join ${columnSequences} u on u.sequence = q.oid and u."isPart" join ${applicationRelations} on c.oid = u."table"
      join pg_attribute a on a.attrelid = c.oid and a.attnum = u."column"`,
    acl: 'q.relacl',
    standard: `acldefault('s', q.relowner)`,
    owner: 'q.relowner',
    suffix: `' of the sequence'`,
  },
  {
    catalog: 'pg_default_acl',
    oid: 'd.oid',
    kind: `case when n.oid is null then 'database' else 'schema' end`,
    object: `coalesce(n.nspname, '')`,
    target: 'null',
    granted: defaultGranted,
    from: `pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace where n.oid is null or ${isApplicationSchema('n')}`,
    acl: 'd.defaclacl',
    // Privileges for one schema are added to those for all schemas.
    standard: `acldefault(case when n.oid is not null then 'c' else ${defaultType} end::"char", d.defaclrole)`,
    every: `acldefault(${defaultType}::"char", d.defaclrole)`,
    owner: 'd.defaclrole',
    prefix: `concat('alter default privileges ', case when pg_get_userbyid(d.defaclrole) <> current_user
      then format('for role %I ', pg_get_userbyid(d.defaclrole)) end, case when n.oid is not null then format('in schema %I ', n.nspname) end)`,
    suffix: `' on new ' || ${defaultGranted}`,
    commented: 'false',
  },
];

const none = `''`;
const noPrivileges = 'null::aclitem[]';

const rowsOf = (one: ObjectClass): string =>
  `select '${one.catalog}'::regclass as catalog, ${one.oid} as oid, ${one.kind} as kind, ${one.schema ?? 'null'} as schema,
      ${one.object} as object, ${one.part ?? 'null'} as part, ${one.target} as target, ${one.granted ?? one.target} as granted,
      ${one.acl ?? noPrivileges} as acl, ${one.standard ?? noPrivileges} as standard, ${one.every ?? one.standard ?? noPrivileges} as every,
      ${one.owner ?? '0::oid'} as owner, ${one.commented ?? 'true'} as commented, ${one.columns ?? none} as columns,
      ${one.prefix ?? none} as prefix, ${one.suffix ?? none} as suffix
    from ${one.from}`;

/** The comment of a new object. Only the schema `public` has one. */
const newComment = `case o.target when 'schema public' then '''standard public schema''' else 'null' end`;

/** Selects the comments and the privileges of objects, and default privileges. */
export const objectSettings = `select o.kind, o.schema, o.object, o.part, s.name || o.suffix, s.set, s.reset
    from (${classes.map(rowsOf).join('\n    union all ')}) o
    cross join lateral (
      select 'comment' as name, format('comment on %s is %L;', o.target, d.description) as set, format('comment on %s is %s;', o.target, ${newComment}) as reset
      from pg_description d where d.objoid = o.oid and d.classoid = o.catalog and d.objsubid = 0 and o.commented
      union all
      select p.name, p.set, p.reset from (${privilegesSql}) p where o.acl is not null
      union all
      select 'dependency on extension ' || e.extname, format('alter %s depends on extension %I;', o.target, e.extname),
        format('alter %s no depends on extension %I;', o.target, e.extname)
      from pg_depend x join pg_extension e on e.oid = x.refobjid
      where x.classid = o.catalog and x.objid = o.oid and x.refclassid = 'pg_extension'::regclass and x.deptype = 'x'
    ) s`;
