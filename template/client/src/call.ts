import type { Access } from "./send.ts";
import type { operations, paths } from "./schema.ts";

export type Method = "get" | "put" | "post" | "patch" | "delete";

/** Makes the function that calls one operation. */
export type Call = <P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  access: Access,
) => OperationFunction<NonNullable<paths[P][M]>> & { readonly method: M };

/** The function of every operation id of the document, `listUsers` for `list_users`. */
export type Operations = { [Id in keyof operations as CamelCase<Id>]: OperationFunction<operations[Id]> };

/** Resolves with the body of a success and rejects with an `ApiError`; the input is optional where nothing in it is required. */
export type OperationFunction<O> = (
  ...input: {} extends Input<O> ? [input?: Input<O>] : [input: Input<O>]
) => Promise<Result<O>>;

/** What an operation takes. `user_id` is the caller unless it is said. */
export type Input<O> = Part<"path", Optional<Parameters<O, "path">, "user_id">> &
  Part<"query", Parameters<O, "query">> &
  Part<"header", Without<Parameters<O, "header">, Browsers>> &
  Body<O> & {
    /** Ends the call early. */
    signal?: AbortSignal;
    /** Sees the answer's head, for instance its ETag. */
    onResponse?: (response: Response) => void;
  };

/** What an operation answers when it succeeds. */
export type Result<O> = O extends { responses: infer R }
  ? { [Status in keyof R & (200 | 201 | 202 | 204)]: Content<R[Status]> }[keyof R & (200 | 201 | 202 | 204)]
  : never;

/** What a browser sends by itself, out of its cache. */
type Browsers = "If-None-Match";

type Parameters<O, In extends string> = O extends { parameters: infer P }
  ? In extends keyof P
    ? NonNullable<P[In]>
    : {}
  : {};

type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? { body: B } : {};

type Content<R> = R extends { content: infer C } ? C[keyof C] : void;

/** `V` as the member `Name`, which may be left out where nothing in it is required. */
type Part<Name extends string, V> = [V] extends [never]
  ? {}
  : keyof V extends never
    ? {}
    : {} extends V
      ? { [N in Name]?: V }
      : { [N in Name]: V };

type Without<V, Name extends string> = [V] extends [never] ? never : Omit<V, Name>;

type Optional<V, Name extends string> = Omit<V, Name> & { [N in Name & keyof V]?: V[N] };

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : S;
