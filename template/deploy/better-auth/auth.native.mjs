// Better Auth for compose: sign-in by e-mail and password, and the tokens that the API verifies. UUIDs as ids and
// `definePayload` are what your own server must share.
import { betterAuth } from "better-auth";
import { bearer, jwt } from "better-auth/plugins";

export const createAuth = (database) =>
  betterAuth({
    database,
    emailAndPassword: { enabled: true },
    advanced: { database: { generateId: "uuid" } },
    user: {
      additionalFields: {
        role: { type: "string", required: false, input: false, defaultValue: "user" },
      },
    },
    plugins: [
      jwt({
        jwks: { keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
        jwt: {
          definePayload: ({ user }) => ({
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
