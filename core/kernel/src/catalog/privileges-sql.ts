const listed = (condition: string): string =>
  `string_agg(e.privilege, ', ' order by e.privilege) filter (where ${condition})`;

/** `all` instead of every single privilege, since a newer server has more of them. */
const statement = (verb: 'grant' | 'revoke', privileges: string, suffix = ''): string =>
  `o.prefix || '${verb} ' || case when ${privileges} = every.listed then 'all' || o.columns else ${privileges} end
      || ' on ' || o.granted || '${verb === 'grant' ? ' to ' : ' from '}' || r.role || '${suffix};'`;

/**
 * Selects a setting for each role whose privileges on the object `o` are not those that a new object grants, as `name`,
 * `set` and `reset`. The owner appears as `current_user`, since the owners of objects are not compared. `o` has the
 * columns `acl`, `owner`, `standard` and `every`, the privileges of a new object and every privilege, as `acldefault`
 * returns them; `granted`, the object after `on`; `columns`, the text after each privilege, and `prefix`, the text before
 * each statement.
 */
export const privilegesSql = `select 'privileges of ' || r.role as name,
      concat_ws(E'\\n', ${statement('revoke', 'g.revoked')}, ${statement('grant', 'g.granted')},
        ${statement('grant', 'g.grantable', ' with grant option')}) as set,
      concat_ws(E'\\n', ${statement('revoke', 'g.granted')}, ${statement('revoke', 'g.grantable')},
        ${statement('grant', 'g.revoked')}) as reset
    from (select e.grantee, ${listed('e.held and not e.standard and not e.grantable')} as granted,
          ${listed('e.grantable')} as grantable, ${listed('not e.held')} as revoked
        from (select grantee, lower(privilege_type) || o.columns as privilege, bool_or(held) as held,
            bool_or(not held) as standard, bool_or(held and is_grantable) as grantable
          from (select grantee, privilege_type, is_grantable, true as held from aclexplode(o.acl)
            union all select grantee, privilege_type, is_grantable, false from aclexplode(o.standard)) both_lists
          group by 1, 2) e
        group by e.grantee) g
      cross join lateral (select case g.grantee when 0 then 'public' when o.owner then 'current_user'
        else quote_ident(pg_get_userbyid(g.grantee)) end as role) r
      cross join lateral (select case when count(distinct e.privilege_type) > 1 then string_agg(distinct
          lower(e.privilege_type) || o.columns, ', ' order by lower(e.privilege_type) || o.columns) end as listed
        from aclexplode(o.every) e where e.grantee = o.owner) every
    where concat(g.granted, g.grantable, g.revoked) <> ''`;
