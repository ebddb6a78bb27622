import { betterAuth } from "better-auth";
import { bearer, jwt } from "better-auth/plugins";
import { database } from "./database";

export const auth = betterAuth({
  database,
  emailAndPassword: { enabled: true },
  // The user's id, which is the token's `sub`, is the UUID that the API's rows refer to.
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
        definePayload: ({ user, session }) => ({
          email: user.email,
          name: user.name,
          role: user.role ?? "user",
          permissions: [],
          ...(session.activeOrganizationId ? { organization_id: session.activeOrganizationId } : {}),
        }),
      },
    }),
    bearer(),
  ],
});
