// Code that an author may and may not write. Nothing here runs: `npm run typecheck` is the test. It fails if a line has
// an unexpected error or lacks an expected one.
import { contributionPoint, definePlugin, token } from '@headwater/kernel/plugin';
import type { BindContext, BindIn, Contribution, Get, StandardSchema } from '@headwater/kernel/plugin';
import { expectTypeOf } from 'vitest';

interface Animal {
  readonly name: string;
}
interface Dog extends Animal {
  readonly bark: () => string;
}
interface Route {
  readonly path: string;
}

const Animal = token<Animal>('zoo.animal');
const Dog = token<Dog>('zoo.dog');
const Count = token<number>('zoo.count');
const Routes = contributionPoint<Route>('http.routes', { key: (route) => route.path });
const Listeners = contributionPoint<(text: string) => void>('core.listeners');

class Rex implements Dog {
  readonly name = 'Rex';
  readonly bark = (): string => 'wow';
}
class Cat implements Animal {
  readonly name = 'Tom';
}
class Walker {
  readonly name: string;

  constructor(dog: Dog) {
    this.name = `walks ${dog.name}`;
  }
}
abstract class Beast implements Animal {
  abstract readonly name: string;
}

export function getGives({ get }: { readonly get: Get }): void {
  expectTypeOf(get(Dog)).toEqualTypeOf<Dog>();
  expectTypeOf(get.optional(Dog)).toEqualTypeOf<Dog | undefined>();
  expectTypeOf(get.all(Routes)).toEqualTypeOf<readonly Contribution<Route>[]>();
  // @ts-expect-error an optional value may be undefined
  get.optional(Dog).bark();
  // @ts-expect-error a class is not a token
  get(Rex);
  // @ts-expect-error a name is not a token
  get('zoo.dog');
  // @ts-expect-error a point is not a token
  get(Routes);
  // @ts-expect-error a token is not a point
  get.all(Dog);
}

export function bindTakes({ bind }: BindContext): void {
  bind(Dog).to(Rex);
  bind(Animal).to(Rex).inSingletonScope();
  // A decorated constructor may have any parameters.
  bind(Animal).to(Walker).inTransientScope();
  bind(Count).toConstantValue(3);
  bind(Animal).toDynamicValue(({ get }) => get(Dog));
  // @ts-expect-error a cat is not a dog
  bind(Dog).to(Cat);
  // @ts-expect-error an abstract class has no instances
  bind(Animal).to(Beast);
  // @ts-expect-error an instance is not a class
  bind(Dog).to(new Rex());
  // @ts-expect-error a string is not a number
  bind(Count).toConstantValue('3');
  // @ts-expect-error an animal need not be a dog
  bind(Dog).toDynamicValue(({ get }) => get(Animal));
  // @ts-expect-error a promise of a number is not a number: slow work belongs in start
  bind(Count).toDynamicValue(() => Promise.resolve(3));
  // @ts-expect-error a class is not a token
  bind(Rex).to(Rex);
  // @ts-expect-error a constant has no scope
  expectTypeOf(bind(Count).toConstantValue(3)).toExtend<BindIn>();
}

export function contributeTakes({ contribute }: BindContext): void {
  contribute(Routes, { path: '/' });
  contribute(Routes, ({ get }) => ({ path: get(Dog).name }));
  contribute(Listeners, () => (text) => void expectTypeOf(text).toEqualTypeOf<string>());
  // @ts-expect-error a route has a path
  contribute(Routes, { url: '/' });
  // @ts-expect-error a function that makes a route returns one with a path
  contribute(Routes, () => ({ url: '/' }));
  // @ts-expect-error a listener is a function, so it must be returned by a function that makes it
  contribute(Listeners, (text: string) => void text);
  // @ts-expect-error a token is not a point
  contribute(Dog, new Rex());
}

export function decorateTakes({ decorate }: BindContext): void {
  decorate(Dog, (inner) => ({ ...inner, bark: () => `${inner.bark()}!` }));
  decorate(Count, (inner, { get }) => inner + get(Count));
  // @ts-expect-error the decorated value must also be a dog
  decorate(Dog, (inner) => ({ name: inner.name }));
  // @ts-expect-error a promise is not a number
  decorate(Count, (inner) => Promise.resolve(inner));
}

export function tokensDoNotMix(): void {
  // A token is both bound and resolved, so neither a wider nor a narrower type is accepted.
  // @ts-expect-error the resolved value could be any animal
  expectTypeOf(Animal).toExtend<typeof Dog>();
  // @ts-expect-error the bound value could be any animal
  expectTypeOf(Dog).toExtend<typeof Animal>();
  // @ts-expect-error tokens are made by token() and never modified
  Dog.name = 'zoo.cat';
  // @ts-expect-error the key is computed from the item's properties
  contributionPoint<Route>('http.routes', { key: ({ url }) => String(url) });
}

declare const options: StandardSchema<{ readonly perMinute: number }>;

export const configured = definePlugin({
  name: 'likes',
  config: options,
  bind({ bind, config }) {
    expectTypeOf(config).toEqualTypeOf<{ readonly perMinute: number }>();
    bind(Count).toConstantValue(config.perMinute);
  },
  async start({ get, log, signal, config }) {
    expectTypeOf(config.perMinute).toEqualTypeOf<number>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    log.info(String(get(Count)));
    await Promise.resolve();
  },
  stop({ get }) {
    expectTypeOf(get).toEqualTypeOf<Get>();
  },
});

export const plain = definePlugin({
  name: 'likes',
  // @ts-expect-error nothing can be resolved in bind
  bind({ get }) {
    void get;
  },
  start({ config }) {
    expectTypeOf(config).toEqualTypeOf<Record<string, never>>();
  },
});
