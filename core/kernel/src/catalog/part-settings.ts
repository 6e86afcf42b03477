import { applicationRelations, fewRows, isApplicationSchema, isUserObject } from './query-fragments.ts';

/** The verb that brings a trigger, a rule or an event trigger into its state. */
const stateSql = (column: string): string =>
  `case ${column} when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' else 'enable' end`;

/**
 * Brings the triggers that enforce the foreign key `k` into a state, on one of its two tables. Their names contain oids,
 * so a statement cannot name them.
 */
const foreignKeyTriggers = (state: string): string =>
  `concat('do $$ declare name text; begin for name in select g.tgname from pg_trigger g join pg_constraint k on k.oid = g.tgconstraint where k.conname = ',
    quote_literal(k.conname), ' and k.conrelid = ', quote_literal(c.oid::regclass), '::regclass and g.tgrelid = ', quote_literal(g.tgrelid::regclass),
    '::regclass loop execute format(''alter table %s ', ${state}, ' trigger %I'', ', quote_literal(g.tgrelid::regclass),
    ', name); end loop; end $$;')`;

/** Selects the states of triggers and rules, the constraints of partitions, and other settings of parts of relations. */
export const partSettings = `select 'trigger', n.nspname, c.relname, g.tgname, 'state',
      format('alter table %s %s trigger %I;', c.oid::regclass, ${stateSql('g.tgenabled')}, g.tgname),
      format('alter table %s enable trigger %I;', c.oid::regclass, g.tgname)
    from pg_trigger g join ${applicationRelations} on c.oid = g.tgrelid
    where g.tgenabled <> 'O' and not g.tgisinternal and g.tgparentid = 0
    union all
    select 'relation', n.nspname, c.relname, null, 'state of trigger ' || g.tgname,
      format('alter table %s %s trigger %I;', c.oid::regclass, ${stateSql('g.tgenabled')}, g.tgname),
      format('alter table %s %s trigger %I;', c.oid::regclass, ${stateSql('p.tgenabled')}, g.tgname)
    from pg_trigger g join pg_trigger p on p.oid = g.tgparentid join ${applicationRelations} on c.oid = g.tgrelid
    where g.tgenabled <> p.tgenabled and not g.tgisinternal
    union all
    select 'constraint', n.nspname, c.relname, k.conname, 'state of triggers on ' || g.tgrelid::regclass,
      ${foreignKeyTriggers(stateSql('g.tgenabled'))}, ${foreignKeyTriggers("'enable'")}
    from ${fewRows(`select tgconstraint, tgrelid, tgenabled from pg_trigger where tgisinternal and tgenabled <> 'O'`)} g
      join pg_constraint k on k.oid = g.tgconstraint and k.contype = 'f'
      join ${applicationRelations} on c.oid = k.conrelid and not c.relispartition
    union all
    select 'rule', n.nspname, c.relname, r.rulename, 'state',
      format('alter table %s %s rule %I;', c.oid::regclass, ${stateSql('r.ev_enabled')}, r.rulename),
      format('alter table %s enable rule %I;', c.oid::regclass, r.rulename)
    from pg_rewrite r join ${applicationRelations} on c.oid = r.ev_class where r.ev_enabled <> 'O'
    union all
    select 'relation', n.nspname, c.relname, null, 'constraint ' || k.conname,
      concat(format('alter table %s add constraint %I %s;', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)),
        (select format(E'\\ncomment on constraint %I on %s is %L;', k.conname, c.oid::regclass, d.description)
          from pg_description d where d.classoid = 'pg_constraint'::regclass and d.objoid = k.oid)),
      format('alter table %s drop constraint %I;', c.oid::regclass, k.conname)
    from pg_constraint k join ${applicationRelations} on c.oid = k.conrelid and c.relispartition
    where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conislocal and k.coninhcount = 0 and k.conparentid = 0
    union all
    select 'statistics', n.nspname, s.stxname, null, 'statistics target',
      format('alter statistics %I.%I set statistics %s;', n.nspname, s.stxname, s.stxstattarget),
      format('alter statistics %I.%I set statistics -1;', n.nspname, s.stxname)
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace and ${isApplicationSchema('n')}
    where s.stxstattarget >= 0 and ${isUserObject('pg_statistic_ext', 's.oid')}
    union all
    select 'event trigger', null, v.evtname, null, 'state',
      format('alter event trigger %I %s;', v.evtname, ${stateSql('v.evtenabled')}),
      format('alter event trigger %I enable;', v.evtname)
    from pg_event_trigger v where v.evtenabled <> 'O' and ${isUserObject('pg_event_trigger', 'v.oid')}
    union all
    select 'extension', null, e.extname, null, 'version', format('alter extension %I update to %L;', e.extname, e.extversion), ''
    from pg_extension e where e.extname <> 'plpgsql'
    union all
    select 'domain', n.nspname, t.typname, null, 'comment of constraint ' || k.conname,
      format('comment on constraint %I on domain %s is %L;', k.conname, t.oid::regtype, d.description),
      format('comment on constraint %I on domain %s is null;', k.conname, t.oid::regtype)
    from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace
      join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = k.oid
    where ${isApplicationSchema('n')} and ${isUserObject('pg_type', 't.oid')}`;
