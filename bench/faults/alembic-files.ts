import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Revision } from './revisions.ts';

/**
 * Writes an Alembic project into `directory`. Its env.py does what that of `alembic init` does: connect, and run all
 * migrations in one transaction.
 */
export function writeAlembic(directory: string, revisions: readonly Revision[]): void {
  mkdirSync(join(directory, 'versions'), { recursive: true });
  writeFileSync(join(directory, 'alembic.ini'), '[alembic]\nscript_location = .\n');
  writeFileSync(join(directory, 'env.py'), environment);
  for (const [i, { name, text }] of revisions.entries()) {
    const lines = [
      'from alembic import op',
      `revision = ${JSON.stringify(name)}`,
      `down_revision = ${i === 0 ? 'None' : JSON.stringify(revisions[i - 1]?.name)}`,
      'def upgrade():',
      `    op.execute(${JSON.stringify(text)})`,
    ];
    writeFileSync(join(directory, 'versions', `${name}.py`), `${lines.join('\n')}\n`);
  }
}

const environment = `import os
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`;
