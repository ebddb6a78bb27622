// Better Auth for compose: sign-in by e-mail and password, and the tokens that the API verifies. The field `uuid` and
// `definePayload` are what your own server must share.
import { randomUUID } from "node:crypto";
import { betterAuth } from "better-auth";
import { bearer, jwt } from "better-auth/plugins";

export const createAuth = (database) =>
  betterAuth({
    database,
    emailAndPassword: { enabled: true },
    user: {
      additionalFields: {
        uuid: { type: "string", required: true, unique: true, input: false, defaultValue: () => randomUUID() },
        role: { type: "string", required: false, input: false, defaultValue: "user" },
      },
    },
    plugins: [
      jwt({
        jwks: { keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
        jwt: {
          definePayload: ({ user }) => ({
            uuid: user.uuid,
            email: user.email,
            name: user.name,
            role: user.role ?? "user",
            permissions: [],
          }),
        },
      }),
      bearer(),
    ],
  });
