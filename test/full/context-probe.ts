/**
 * A program in the project of the page about NestJS. It sends 40 requests at once to the page's application, with one
 * more controller. No handler continues before all have created a user. Then each changes its user in the EntityManager
 * of its context. Prints the users that each context has seen, and the rows.
 */
export const contextProbe = `import type { App } from '@headwater/kernel';
import { User, Users } from '@headwater/plugin-core';
import { Controller, Inject, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.ts';
import { AppToken } from './plugins.module.ts';

const count = 40;
const all = Promise.withResolvers<void>();
let arrived = 0;

@Controller('probe')
class ProbeController {
  constructor(
    @Inject(Users.id) private readonly users: Users,
    @Inject(AppToken) private readonly app: App,
  ) {}

  @Post(':name')
  async create(@Param('name') name: string): Promise<readonly string[]> {
    await this.users.create({ name });
    arrived += 1;
    if (arrived === count) all.resolve();
    await all.promise;
    const user = await this.users.byName(name);
    user.displayName = \`the display name of \${name}\`;
    await this.app.orm.em.flush();
    const seen = this.app.orm.em.getUnitOfWork().getIdentityMap().values();
    return seen.map((entity) => (entity as User).name);
  }
}

@Module({ imports: [AppModule], controllers: [ProbeController] })
class ProbeModule {}

async function main(): Promise<void> {
  const nest = await NestFactory.create(ProbeModule, { logger: ['warn', 'error'] });
  await nest.listen(0, '127.0.0.1');
  const url = await nest.getUrl();
  const send = async (_: unknown, i: number): Promise<unknown> =>
    (await fetch(\`\${url}/probe/user\${i}\`, { method: 'POST' })).json();
  const seen = await Promise.all(Array.from({ length: count }, send));
  const app: App = nest.get(AppToken);
  const rows = await app.run(() =>
    app.orm.em.execute("select name, display_name from core_user where name like 'user%' order by name"),
  );
  await nest.close();
  console.log(JSON.stringify({ seen, rows }));
}

void main();
`;
