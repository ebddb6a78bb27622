import { mutationOptions, queryOptions } from "@tanstack/react-query";
import type { Api } from "./api.ts";
import { ApiError } from "./problem.ts";

type Result<Operation extends keyof Api> = Awaited<ReturnType<Api[Operation]>>;
type Key = readonly unknown[];
type IsRead<Operation extends keyof Api> = Api[Operation] extends { method: "get" } ? true : false;

/** For `useQuery`, one function for each operation that reads. */
export type Queries = {
  [O in keyof Api as IsRead<O> extends true ? O : never]: (
    ...input: Parameters<Api[O]>
  ) => ReturnType<typeof queryOptions<Result<O>, Error, Result<O>, Key>>;
};

/** For `useMutation`, one function for each operation that writes. The mutation's variables are the operation's input. */
export type Mutations = {
  [O in keyof Api as IsRead<O> extends true ? never : O]: () => ReturnType<
    typeof mutationOptions<Result<O>, Error, Parameters<Api[O]>[0]>
  >;
};

/** The operations of `api` for React Query. Keys are `[userId, operation, input]`: no user sees what another's calls left in the cache. */
export function createQueries(api: Api, userId: string | null | undefined): Queries & Mutations {
  const options = Object.entries(api as unknown as Record<string, AnyOperation>).map(([name, operation]) => [
    name,
    operation.method === "get" ? read(userId, name, operation) : () => mutationOptions({ mutationFn: operation }),
  ]);
  return Object.fromEntries(options);
}

type AnyOperation = ((input?: object) => Promise<unknown>) & { method: string };

function read(userId: string | null | undefined, name: string, operation: AnyOperation) {
  return (input: object = {}) =>
    queryOptions({
      queryKey: [userId, name, input],
      queryFn: ({ signal }) => operation({ ...input, signal }),
      // The API says the same again to what it rejects.
      retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status < 500),
    });
}
